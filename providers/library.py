"""Reads templates by id and version. An error names the file, the line and the place in the document."""

from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from journeys.composing import compose
from journeys.template import Template
from providers.errors import Misconfigured
from providers.people import personas
from providers.skills import Registry, registry

TEMPLATES = Path(__file__).parent.parent / "journeys" / "templates"
LARGEST_TEMPLATE = 64 * 1024  # characters; aliases are refused, so nothing can grow beyond what stands in the file
_DEEPEST = 20


class TemplateError(Misconfigured):
    """Every line of the message is `file:line: place: what is wrong`."""


class TemplateChanged(TemplateError):
    """A version that is published already came with other content: its `version` was not raised."""


class Library:
    """Templates of one folder, read once. Of an id there may be several versions, in a file each: `kitchen.yaml` and `kitchen.v1.yaml`.
    `sources` holds each one's text as it stands in its file, `files` the file's name, both by id@version."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        self.versions: dict[str, Template] = {}  # by id@version
        self.sources: dict[str, str] = {}
        self.files: dict[str, str] = {}
        for path in sorted(folder.glob("*.yaml")):
            text = read_text(path)
            template = parse_template(text, path.name)
            if template.name in self.versions:
                raise TemplateError(f"{path.name}:1: another file has {template.name} already: raise its version")
            self.versions[template.name], self.sources[template.name], self.files[template.name] = template, text, path.name
        # The newest of each id.
        self.templates = {template.id: template for template in sorted(self.versions.values(), key=lambda each: each.version)}

    def newest(self, template_id: str) -> Template | None:
        """By id, or the very version by `id@version`."""
        return self.versions.get(template_id) or self.templates.get(template_id)


@cache
def library() -> Library:
    return Library()


def read_template(path: Path, skills: Registry | None = None) -> Template:
    return parse_template(read_text(path), path.name, skills)


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path.name}:1: the file is not UTF-8 (byte {error.start})") from error


def parse_template(text: str, name: str, skills: Registry | None = None) -> Template:
    """`skills`: those it is composed of; without them, those that are installed. Raises TemplateError with every mistake pydantic can
    tell apart at once."""
    if len(text) > LARGEST_TEMPLATE:
        raise TemplateError(f"{name}:1: the file is over {LARGEST_TEMPLATE} characters")
    try:
        _refuse_traps(text, name)
        document = YAML(typ="rt").load(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise TemplateError(f"{name}:{mark.line + 1 if mark else 1}: {error.problem}") from error
    except YAMLError as error:  # a character that YAML does not allow: it knows the position, not the line
        position = getattr(error, "position", 0)
        raise TemplateError(f"{name}:{text.count(chr(10), 0, position) + 1}: {getattr(error, 'reason', 'not YAML')}") from error
    except ValueError as error:  # 2024-99-99: shaped like a date, a number or a time, and none
        raise TemplateError(f"{name}:1: a value can't be read: {error}") from error
    if not (hasattr(document, "lc") and hasattr(document, "keys")):
        raise TemplateError(f"{name}:1: a template is a mapping of id, version, title and steps")
    try:
        return _composed(Template.model_validate(_plain(document)), skills or registry())
    except ValidationError as error:
        lines = [f"{name}:{_line(document, problem['loc'], problem['msg'])}: {_place(problem)}" for problem in error.errors()]
        raise TemplateError("\n".join(lines)) from error
    except ValueError as error:
        raise TemplateError(f"{name}:{_line(document, (), str(error))}: {error}") from error


def _composed(template: Template, skills: Registry) -> Template:
    """Looked at twice: a mistake in the file is told as it stands there, before anything is filled in."""
    named = skills.names()
    if skills.in_the_dark:  # a broken plugin blocks its steps and nothing else, so its template can still be read
        named |= {run.skill for step in template.steps for run in step.run}
    return compose(template.holds_together(named), skills.manifests, personas()).holds_together(named)


def _refuse_traps(text: str, name: str) -> None:
    """What would make a small file large or slow to read. Raises what YAML raises, too."""
    depth = 0
    for event in YAML(typ="rt").parse(StringIO(text)):
        line = event.start_mark.line + 1
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if isinstance(event, AliasEvent):
            raise TemplateError(f"{name}:{line}: aliases (*{event.anchor}) are not allowed: say it twice")
        if depth > _DEEPEST:
            raise TemplateError(f"{name}:{line}: it is nested deeper than {_DEEPEST} levels")


def _place(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else str(problem["msg"]).removeprefix("Value error, ")


def _line(document: Any, loc: tuple[Any, ...], message: str) -> int:
    """The line of the deepest part of `loc` that stands in the file; a problem of a whole step is found by its id."""
    if not loc and "steps." in message:
        step_id = message.partition("steps.")[2].partition(":")[0]
        for step in document.get("steps", []):
            if step.get("id") == step_id:
                return int(step.lc.line) + 1
    node, line = document, int(document.lc.line)
    for part in loc:
        try:
            line = int((node.lc.key(part) if hasattr(node, "keys") else node.lc.item(part))[0])
            node = node[part]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return line + 1


def _plain(node: Any) -> Any:
    if hasattr(node, "items"):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node
