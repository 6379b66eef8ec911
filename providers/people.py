"""Reads the personas of journeys/personas/*.yaml. An error names the file and the place in it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from journeys.personas import Persona
from providers.errors import Misconfigured

PERSONAS = Path(__file__).parent.parent / "journeys" / "personas"


class PersonaError(Misconfigured):
    """Every line of the message is `file: place: what is wrong`."""


def read_personas(folder: Path = PERSONAS) -> dict[str, Persona]:
    found: dict[str, Persona] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            persona = Persona.model_validate(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
        except YAMLError as error:
            raise PersonaError(f"{path.name}: {error}") from error
        except ValidationError as error:
            places = [(".".join(map(str, problem["loc"])), problem["msg"]) for problem in error.errors()]
            raise PersonaError("\n".join(f"{path.name}: {place}: {message}" for place, message in places)) from error
        if persona.id != path.stem:
            raise PersonaError(f"{path.name}: id: the file is named after another persona than {persona.id!r}")
        found[persona.id] = persona
    return found


@cache
def personas() -> Mapping[str, Persona]:
    return read_personas()
