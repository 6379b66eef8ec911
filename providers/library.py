"""Reads templates by id and version. An error names the file, the line and the place in the document."""

from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from journeys.template import Template
from providers.errors import Misconfigured

TEMPLATES = Path(__file__).parent.parent / "journeys" / "templates"
LARGEST_TEMPLATE = 64 * 1024  # characters; aliases are refused, so nothing can grow beyond what stands in the file
_DEEPEST = 20


class TemplateError(Misconfigured):
    """Every line of the message is `file:line: place: what is wrong`."""


class TemplateChanged(TemplateError):
    """A version that is published already came with other content: its `version` was not raised."""


class Library:
    """Templates of one folder, read once; `sources` holds each one's text as it stands in its file."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        self.templates: dict[str, Template] = {}
        self.sources: dict[str, str] = {}
        self.files: dict[str, str] = {}
        for path in sorted(folder.glob("*.yaml")):
            text = read_text(path)
            template = parse_template(text, path.name)
            if template.id in self.templates:
                raise TemplateError(f"{path.name}:1: another file has the id {template.id!r} already")
            self.templates[template.id], self.sources[template.id], self.files[template.id] = template, text, path.name

    def newest(self, template_id: str) -> Template | None:
        """By id, or by `id@version` where that version is the one at hand."""
        template = self.templates.get(template_id.partition("@")[0])
        return template if template and template_id in (template.id, template.name) else None


@cache
def library() -> Library:
    return Library()


def read_template(path: Path) -> Template:
    return parse_template(read_text(path), path.name)


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path.name}:1: the file is not UTF-8 (byte {error.start})") from error


def parse_template(text: str, name: str) -> Template:
    """Raises TemplateError with every mistake pydantic can tell apart at once."""
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
        return Template.model_validate(_plain(document)).holds_together()
    except ValidationError as error:
        lines = [f"{name}:{_line(document, problem['loc'], problem['msg'])}: {_place(problem)}" for problem in error.errors()]
        raise TemplateError("\n".join(lines)) from error
    except ValueError as error:
        raise TemplateError(f"{name}:{_line(document, (), str(error))}: {error}") from error


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
