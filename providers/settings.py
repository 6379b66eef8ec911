"""What a person may set, in environment variables or a `.env` file. Built once at each door; workflow code never sees it."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from journeys.spending import Dollars
from providers.blobs import folder, valid_url
from providers.mail_url import mail_server

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


def _outlet(url: str) -> str:
    if url.startswith(("smtp://", "smtps://")):
        mail_server(url)
    elif not re.match(r"https?://[^\s/]", url):
        raise ValueError("an outlet is a service, https://…, or a mail server, smtp://… or smtps://…")
    return url


Port = Annotated[int, Field(ge=1, le=65535)]
PortOrNone = Annotated[int, Field(ge=0, le=65535)]
Model = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")]
Home = Annotated[Path, AfterValidator(lambda path: path.expanduser().resolve())]


Capability = Literal["chat", "vision"]
PROVIDERS: Final = ("gemini", "deepseek")
OFFLINE: Final = "offline"


class Route(NamedTuple):
    provider: str
    model: str

    def __str__(self) -> str:
        """As an engine is called."""
        return f"{self.provider}:{self.model}"


def parsed_routes(told: str) -> list[Route]:
    """Of a list that `_routes` has accepted."""
    named = [part.strip() for part in told.split(",")]
    return [Route(provider, model) for provider, _, model in (name.partition(":") for name in dict.fromkeys(named)) if model]


def _routes(told: str) -> str:
    named = [part.strip() for part in told.split(",")]
    for nth, name in enumerate(named, 1):
        provider, _, model = name.partition(":")
        if name == OFFLINE:
            if nth < len(named):
                raise ValueError("offline is the last route, and nothing comes after it")
        elif not (provider and re.fullmatch(r"[A-Za-z0-9._/-]+", model)):
            raise ValueError(
                "routes read provider:model, with commas between them, such as gemini:gemini-3.8-flash,deepseek:deepseek-flash"
            )
        elif provider not in PROVIDERS:
            raise ValueError(f"nobody knows a provider called {provider[:40]}; there are {', '.join(PROVIDERS)} and {OFFLINE}")
    return ",".join(named)


def _default_routes(fields: Mapping[str, Any]) -> str:
    """The provider's own models first, then those of the others that have a key; none where it is offline."""
    of = {
        "gemini": [f"gemini:{fields.get(name)}" for name in ("gemini_model", "gemini_cheaper_model") if fields.get("gemini_api_key")],
        "deepseek": [f"deepseek:{fields.get('deepseek_model')}"] if fields.get("deepseek_api_key") else [],
    }
    first = fields.get("provider")
    if first not in of:
        return OFFLINE
    return ",".join(dict.fromkeys([*of[first], *(route for name in of if name != first for route in of[name]), OFFLINE]))


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
    deepseek_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("HOMEVIEW_DEEPSEEK_API_KEY", "DEEPSEEK_API_KEY"),
        description="The key for DeepSeek, or for whatever server HOMEVIEW_DEEPSEEK_BASE_URL names; DEEPSEEK_API_KEY is read too.",
    )
    deepseek_base_url: str | None = Field(
        None, description="Another address for it, of any server that offers chat completions as OpenAI does, with its /v1."
    )
    provider: Literal["offline", "gemini", "deepseek"] = Field(
        default_factory=lambda fields: (
            "gemini" if fields.get("gemini_api_key") else "deepseek" if fields.get("deepseek_api_key") else "offline"
        ),
        description="Who understands and answers first: `gemini`, the default where a key is set, `deepseek`, where only that one's is, or "
        "`offline`, with no key and no network.",
    )
    gemini_model: Model = Field("gemini-3.8-flash", description="The model of Gemini's that is asked first.")
    gemini_cheaper_model: Model = Field(
        "gemini-3.5-flash-lite", description="The one that is asked where the first does not answer; the same name means none."
    )
    deepseek_model: Model = Field("deepseek-flash", description="The model of DeepSeek's that is asked.")
    chat_routes: Annotated[str, AfterValidator(_routes)] = Field(
        default_factory=lambda fields: _default_routes(fields),
        description="Who is asked for a reply, in this order, as provider:model,provider:model; by default every model above whose "
        "provider has a key. `offline` is always the last.",
    )
    vision_routes: Annotated[str, AfterValidator(_routes)] = Field(
        default_factory=lambda fields: _default_routes(fields), description="The same, for what is seen in pictures."
    )
    model_calls_per_second: Annotated[float, Field(gt=0)] | None = Field(
        None, description="How many calls of models all workers together may make a second; more wait their turn. None by default."
    )
    embedder: Literal["minilm", "gemini"] = Field(
        "minilm", description="Who finds the passages a model is told: `minilm`, free, or `gemini`, paid and with an index of its own."
    )
    outlet_url: Annotated[str, AfterValidator(_outlet)] | None = Field(
        None,
        description="Where requests for quotes go: https:// of a service, or smtp://user@host:port?from=address of a mail server; without "
        "it they are kept in the object store's outbox, and sent to nobody.",
    )
    outlet_key: SecretStr | None = Field(None, description="The key for it: a service's bearer token, a mail account's password.")
    blobs_url: Annotated[str, AfterValidator(valid_url)] = Field(
        default_factory=lambda fields: folder(fields["home"] / "blobs"),
        description="The object store, for what is too large for the database or sent to nobody: file:///folder, s3://bucket/prefix "
        "(with ?endpoint=https://… where it is not Amazon's) or gs://bucket/prefix; by default a folder in the home folder.",
    )
    database_url: str = Field(
        default_factory=lambda fields: f"sqlite:///{fields['home'] / 'homeview.db'}",
        repr=False,
        description="The SQLAlchemy URL of the database, SQLite or PostgreSQL; by default an SQLite file in the home folder.",
    )
    journey_spend: Dollars = Field(Decimal(5), description="US dollars that the language models of one journey may cost, unless it says.")
    tenant_spend: Dollars = Field(Decimal(500), description="US dollars that they may cost a tenant in a month (UTC).")
    day_spend: Dollars = Field(Decimal(50), description="US dollars that they may cost a tenant in a day (UTC).")
    prices: Annotated[Path, AfterValidator(Path.absolute)] | None = Field(
        None, description="A YAML file with prices of models, of the shape of providers/prices.yaml; they stand before all others."
    )
    alerts: SecretStr | None = Field(
        None, description="Where alerts go: URLs of apprise, comma-separated, such as mailto://, slack:// or json://; else into the log."
    )
    namespace: Annotated[str, Field(min_length=1)] = Field("default", description="Temporal's namespace.")
    log: Literal["text", "json"] = Field("text", description="How log lines are written: `text` for people, `json` for machines.")

    @model_validator(mode="after")
    def _gemini_has_a_key(self) -> "Settings":
        if self.provider == "gemini" and self.gemini_api_key is None:
            raise ValueError("HOMEVIEW_PROVIDER: gemini needs GEMINI_API_KEY, which is not set")
        if self.provider == "deepseek" and self.deepseek_api_key is None:
            raise ValueError("HOMEVIEW_PROVIDER: deepseek needs HOMEVIEW_DEEPSEEK_API_KEY, which is not set")
        if self.embedder == "gemini" and self.provider != "gemini":
            raise ValueError("HOMEVIEW_EMBEDDER: gemini needs Gemini as the provider too")
        return self

    @model_validator(mode="after")
    def _routes_have_keys(self) -> "Settings":
        for capability, told in (("chat", self.chat_routes), ("vision", self.vision_routes)):
            for route in parsed_routes(told):
                if self._key_of(route.provider) is None:
                    key = "GEMINI_API_KEY" if route.provider == "gemini" else "HOMEVIEW_DEEPSEEK_API_KEY"
                    raise ValueError(f"HOMEVIEW_{capability.upper()}_ROUTES: {route} needs {key}, which is not set")
        return self

    def _key_of(self, provider: str) -> SecretStr | None:
        return {"gemini": self.gemini_api_key, "deepseek": self.deepseek_api_key}[provider]

    @property
    def routes(self) -> dict[Capability, list[Route]]:
        """Who is asked for what, in this order; nobody, and everything is offline. None is asked twice."""
        if self.provider == OFFLINE:
            return {"chat": [], "vision": []}
        return {"chat": parsed_routes(self.chat_routes), "vision": parsed_routes(self.vision_routes)}

    @property
    def gemini_models(self) -> list[str]:
        """In the order in which they are asked for replies."""
        return [route.model for route in self.routes["chat"] if route.provider == "gemini"]

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


_DERIVED: Final = {
    "database_url": "sqlite:///HOMEVIEW_HOME/homeview.db",
    "provider": "gemini with a key, else offline",
    "chat_routes": "every model whose provider has a key, then offline",
    "vision_routes": "every model whose provider has a key, then offline",
}


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _variable(name: str, field: FieldInfo) -> str:
    match field.validation_alias:
        case str(alias):
            return alias
        case AliasChoices(choices=[str(first), *_]):
            return first
    return PREFIX + name.upper()


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
