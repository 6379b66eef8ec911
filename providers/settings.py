"""What a person may set, in environment variables or a `.env` file. Built once at each door; workflow code never sees it."""

import ipaddress
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from journeys.spending import Dollars

if TYPE_CHECKING:
    from providers.store.budgets import Caps

PREFIX: Final = "HOMEVIEW_"
LOOPBACK: Final = "127.0.0.1"


class BadSetting(ValueError):
    """A setting that cannot be used; the message names it and says why, and never repeats the value of a secret."""


def _loopback(host: str) -> str:
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        raise ValueError(f"the API listens on this machine only ({LOOPBACK}, ::1 or localhost), because there is no login yet")
    return host


def _host_and_port(address: str) -> str:
    if not re.fullmatch(r"([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}", address):
        raise ValueError("an address reads host:port, such as 127.0.0.1:7233, without a scheme")
    return address


Port = Annotated[int, Field(ge=1, le=65535)]
PortOrNone = Annotated[int, Field(ge=0, le=65535)]
Model = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")]
Home = Annotated[Path, AfterValidator(lambda path: path.expanduser().resolve())]


class Settings(BaseSettings):
    """The settings of one process. `temporal_address` and the paths follow from the fields; `environment()` hands all of it to a child."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
    )

    home: Home = Field(Path(".homeview"), description="The folder that holds everything HomeView keeps on this machine.")
    api_host: Annotated[str, AfterValidator(_loopback)] = Field(
        LOOPBACK, description="The address the API listens on; this machine only, since there is no login yet."
    )
    api_port: Port = Field(8000, description="The port of the API and of its documentation at /docs.")
    temporal_port: Port = Field(7233, description="The port of the Temporal server that `homeview dev` starts.")
    temporal_ui_port: Port = Field(8233, description="The port of that server's Web UI.")
    other_temporal: Annotated[str, AfterValidator(_host_and_port)] | None = Field(
        None,
        validation_alias="HOMEVIEW_TEMPORAL_ADDRESS",
        description="host:port of a Temporal server that runs already; without it `homeview dev` starts one.",
    )
    workers: Annotated[int, Field(ge=1, le=16)] = Field(
        2, description="How many workers `homeview dev` runs: while one is started again, the others go on."
    )
    worker_metrics_port: PortOrNone = Field(
        0, description="The port of a worker's Prometheus metrics; further workers of `homeview dev` count up from it. 0 means none."
    )
    temporal_metrics_port: PortOrNone = Field(
        0, description="The port of the Temporal server's Prometheus metrics; 0 lets the server take any free one."
    )
    gemini_api_key: SecretStr | None = Field(None, validation_alias="GEMINI_API_KEY", description="The key for Gemini.")
    gemini_base_url: str | None = Field(
        None, validation_alias="GEMINI_BASE_URL", description="Another address for Gemini, such as an emulator's."
    )
    provider: Literal["offline", "gemini"] = Field(
        default_factory=lambda fields: "gemini" if fields.get("gemini_api_key") else "offline",
        description="Who understands and answers: `gemini`, the default where a key is set, or `offline`, with no key and no network.",
    )
    gemini_model: Model = Field("gemini-3.8-flash", description="The model of Gemini's that is asked first.")
    gemini_cheaper_model: Model = Field(
        "gemini-3.5-flash-lite", description="The one that is asked where the first does not answer; the same name means none."
    )
    model_calls_per_second: Annotated[float, Field(gt=0)] | None = Field(
        None, description="How many calls of models all workers together may make a second; more wait their turn. None by default."
    )
    embedder: Literal["minilm", "gemini"] = Field(
        "minilm", description="Who finds the passages a model is told: `minilm`, free, or `gemini`, paid and with an index of its own."
    )
    database_url: str = Field(
        default_factory=lambda fields: f"sqlite:///{fields['home'] / 'homeview.db'}",
        repr=False,
        description="The SQLAlchemy URL of the database, SQLite or PostgreSQL; by default an SQLite file in the home folder.",
    )
    journey_spend: Dollars = Field(Decimal(5), description="US dollars that the language models of one journey may cost, unless it says.")
    tenant_spend: Dollars = Field(Decimal(500), description="US dollars that they may cost a tenant in a month (UTC).")
    day_spend: Dollars = Field(Decimal(50), description="US dollars that they may cost a tenant in a day (UTC).")
    alerts: SecretStr | None = Field(
        None, description="Where alerts go: URLs of apprise, comma-separated, such as mailto://, slack:// or json://; else into the log."
    )
    namespace: Annotated[str, Field(min_length=1)] = Field("default", description="Temporal's namespace.")
    log: Literal["text", "json"] = Field("text", description="How log lines are written: `text` for people, `json` for machines.")

    @model_validator(mode="after")
    def _gemini_has_a_key(self) -> "Settings":
        if self.provider == "gemini" and self.gemini_api_key is None:
            raise ValueError("HOMEVIEW_PROVIDER: gemini needs GEMINI_API_KEY, which is not set")
        if self.embedder == "gemini" and self.provider != "gemini":
            raise ValueError("HOMEVIEW_EMBEDDER: gemini needs Gemini as the provider too")
        return self

    @property
    def gemini_models(self) -> list[str]:
        """In the order in which they are asked; none where the provider is another."""
        return list(dict.fromkeys([self.gemini_model, self.gemini_cheaper_model])) if self.provider == "gemini" else []

    @property
    def caps(self) -> "Caps":
        from providers.store.budgets import Caps  # with SQLAlchemy: not for a command that only reads settings

        return Caps(journey=self.journey_spend, tenant=self.tenant_spend, day=self.day_spend)

    @property
    def alert_urls(self) -> list[str]:
        """Secrets: most hold a password or a token."""
        given = self.alerts.get_secret_value() if self.alerts else ""
        return [url.strip() for url in re.split(r",\s*(?=[A-Za-z0-9+.-]+://)", given) if url.strip()]

    @property
    def temporal_address(self) -> str:
        """host:port of the Temporal server, ours or another."""
        return self.other_temporal or f"{LOOPBACK}:{self.temporal_port}"

    @property
    def starts_temporal(self) -> bool:
        """Whether `homeview dev` runs a Temporal server of its own."""
        return self.other_temporal is None

    @property
    def worker_metrics_ports(self) -> list[int]:
        """The metrics port of each worker that `homeview dev` runs; zeros where there are none."""
        first = self.worker_metrics_port
        return [first + nth if first else 0 for nth in range(self.workers)]

    @property
    def api_url(self) -> str:
        host = f"[{self.api_host}]" if ":" in self.api_host else self.api_host
        return f"http://{host}:{self.api_port}"

    @property
    def index_root(self) -> Path:
        """The folder of knowledge indexes, one folder each, and the pointer to the one in use."""
        return self.home / "index"

    @property
    def paid_index_root(self) -> Path:
        """The same, of the vectors that a paid embedder made."""
        return self.index_root / "gemini"

    @property
    def temporal_db(self) -> Path:
        """The SQLite file of our own Temporal server: every open journey is in it."""
        return self.home / "temporal.db"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def database_file(self) -> Path | None:
        """The database's file; None when it is no SQLite file."""
        found = re.fullmatch(r"sqlite(?:\+\w+)?:///(?P<path>[^?]+)(?:\?.*)?", self.database_url)
        return Path(found["path"]).absolute() if found and found["path"] != ":memory:" else None

    def environment(self) -> dict[str, str]:
        """The variables that make a child process read these very settings, whatever its own `.env` says."""
        values = {_variable(name, field): getattr(self, name) for name, field in _fields()}
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in values.items()
            if value is not None
        }


@dataclass(frozen=True)
class Row:
    """One line of `homeview settings`. A secret's value reads `(set)`."""

    name: str
    value: str
    default: str
    meaning: str


def load() -> Settings:
    """The settings of this process, from the environment and `.env`. Raises BadSetting, naming each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as invalid:
        wrong = [error for error in invalid.errors(include_input=False) if error["type"] != "default_factory_not_called"]
        raise BadSetting("\n".join(_sentence(error["loc"], error["msg"]) for error in wrong)) from None


def table(settings: Settings) -> list[Row]:
    """Every setting in the order of the class, for `homeview settings`."""
    return [
        Row(
            name=_variable(name, field),
            value=_shown(getattr(settings, name)),
            default=_DERIVED.get(name) or _shown(field.default),
            meaning=field.description or "",
        )
        for name, field in _fields()
    ]


_DERIVED: Final = {"database_url": "sqlite:///HOMEVIEW_HOME/homeview.db", "provider": "gemini with a key, else offline"}


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _variable(name: str, field: FieldInfo) -> str:
    return field.validation_alias if isinstance(field.validation_alias, str) else PREFIX + name.upper()


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "(set)"
    if value is None:
        return "-"
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", str(value))


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    if not location:  # of several settings together
        return f"{message.removeprefix('Value error, ')}."
    name = str(location[0])
    field = Settings.model_fields.get(name)
    return f"{_variable(name, field) if field else name}: {message.removeprefix('Value error, ')}."
