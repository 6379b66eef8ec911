"""The knowledge pages: strict front matter, then sections that become passages. An error names file and line."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from journeys.inputs import Frozen, Slug
from journeys.vocabulary import PERSONAS
from providers.base import Passage, Region
from providers.errors import Misconfigured
from providers.library import library

OUR_PAGES: Final = Path(__file__).parent.parent / "knowledge"
UNCHECKED: Final = "general trade knowledge, unchecked"
LONGEST: Final = 800  # characters: about 180 tokens, so that title and passage fit the 256 that MiniLM reads
NOT_A_PAGE: Final = "README.md"
ASKED: Final = "Asked:"

Line = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True, pattern=r"^[^\n]+$")]
Names = Annotated[tuple[Slug, ...], Field(min_length=1)]


class BrokenPage(Misconfigured):
    """A page that can't be indexed. The message begins with `file:line:`."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}")
        self.file, self.line = file, line


class Heading(Frozen):
    """The front matter of a page. `read` is the day somebody last stood by its text. Without `personas` it is for everybody, without
    `steps` of any step."""

    title: Line
    topic: Slug
    region: Region
    source: Line
    licence: Line
    read: date
    personas: Names = ()
    steps: Names = ()

    @field_validator("source")
    @classmethod
    def could_be_opened(cls, source: str) -> str:
        if "https://" not in source and UNCHECKED not in source:
            raise ValueError(f"names no https:// address and does not say '{UNCHECKED}'")
        return source

    @field_validator("personas")
    @classmethod
    def are_somebody(cls, personas: tuple[str, ...]) -> tuple[str, ...]:
        return _known("personas", personas, PERSONAS)

    @field_validator("steps")
    @classmethod
    def are_steps_of_a_template(cls, steps: tuple[str, ...]) -> tuple[str, ...]:
        return _known("steps", steps, {step.id for template in library().templates.values() for step in template.steps})


def _known(kind: str, named: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    if unknown := sorted(set(named) - set(known)):
        raise ValueError(f"there are no {kind} {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return named


def read_passages(folder: Path) -> list[Passage]:
    """Every passage of the folder's pages, in the order of file names; ids are `page#heading`, then `page#heading.2`.

    Raises BrokenPage, and Misconfigured where the folder holds no page.
    """
    files = sorted(file for file in folder.glob("*.md") if file.name != NOT_A_PAGE)
    if not files:
        raise Misconfigured(f"{folder} holds no knowledge page (*.md)")
    return [passage for file in files for passage in read_page(file)]


def read_page(file: Path) -> list[Passage]:
    """The passages of one page. Raises BrokenPage."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", file.stem):
        raise BrokenPage(file, 1, "a page's file name is its id: lower-case letters, digits and single hyphens")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as problem:
        raise BrokenPage(file, file.read_bytes()[: problem.start].count(b"\n") + 1, "this is not UTF-8") from None
    heading, end = _front_matter(file, lines)
    passages = []
    first_seen: dict[str, int] = {}
    for number, title, body in _sections(file, lines, end):
        section = f"{file.stem}#{_slug(title)}"
        if section in first_seen:
            raise BrokenPage(file, number, f"the id {section} is taken by the heading in line {first_seen[section]}")
        first_seen[section] = number
        asked, body = _asked(file, number, body)
        for count, text in enumerate(_pieces(file, number, body), start=1):
            passages.append(
                Passage(
                    id=section if count == 1 else f"{section}.{count}",
                    title=f"{heading.title}: {title}",
                    text=text,
                    source=heading.source,
                    date_read=heading.read.isoformat(),
                    region=heading.region,
                    topic=heading.topic,
                    personas=heading.personas,
                    steps=heading.steps,
                    asked=asked if count == 1 else (),
                )
            )
    return passages


def _front_matter(file: Path, lines: list[str]) -> tuple[Heading, int]:
    """The heading, and the number of lines it takes with its two fences."""
    if not lines or lines[0] != "---":
        raise BrokenPage(file, 1, "a page begins with --- and its front matter")
    if "---" not in lines[1:]:
        raise BrokenPage(file, 1, "the front matter is not closed by ---")
    end = lines.index("---", 1)
    try:
        fields: Any = YAML().load("\n".join(lines[1:end]))
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise BrokenPage(file, (mark.line if mark else 0) + 2, f"this is not YAML: {problem.problem}") from None
    except YAMLError as problem:
        raise BrokenPage(file, 2, f"this is not YAML: {problem}") from None
    if not isinstance(fields, CommentedMap):
        raise BrokenPage(file, 2, "the front matter is not a list of fields")
    try:
        return Heading.model_validate(dict(fields)), end + 1
    except ValidationError as problem:
        fault = problem.errors()[0]
        field = fault["loc"][0] if fault["loc"] else ""
        # A field that is not there has no line of its own: the closing fence is where it could be written.
        line = fields.lc.key(field)[0] + 2 if field in fields else end + 1
        raise BrokenPage(file, line, f"{field}: {fault['msg']}") from None


def _sections(file: Path, lines: list[str], start: int) -> Iterator[tuple[int, str, list[str]]]:
    """Each section as (number of its heading's line, heading, lines below it)."""
    number, title, body = 0, "", list[str]()
    for at, line in enumerate(lines[start:], start=start + 1):
        if line.startswith("#"):
            if not line.startswith("## ") or not _slug(line):
                raise BrokenPage(file, at, "sections are headed by '## ' and words, the only level")
            if title:
                yield number, title, body
            number, title, body = at, line[3:].strip(), []
        elif title:
            body.append(line.rstrip())
        elif line.strip():
            raise BrokenPage(file, at, "nothing stands before the first '## ' heading: a passage needs one")
    if not title:
        raise BrokenPage(file, len(lines), "the page has no section")
    yield number, title, body


def _asked(file: Path, number: int, body: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The questions of the line `Asked: one? / another?` right below a heading, and the lines without it."""
    at = next((n for n, line in enumerate(body) if line.strip()), None)
    if at is None or not body[at].startswith(ASKED):
        return (), body
    questions = tuple(question.strip() for question in body[at].removeprefix(ASKED).split(" / "))
    if not all(questions) or len(set(questions)) < len(questions):
        raise BrokenPage(file, number + 1 + at, "the questions stand on one line, each once, with ' / ' between them")
    return questions, body[at + 1 :]


def _pieces(file: Path, number: int, body: list[str]) -> list[str]:
    """The section in pieces of at most LONGEST characters, cut between paragraphs, and within one between sentences."""
    paragraphs = [_unwrapped(paragraph) for paragraph in "\n".join(body).split("\n\n") if paragraph.strip()]
    if not paragraphs:
        raise BrokenPage(file, number, "the section is empty")
    parts: list[tuple[str, str]] = []  # what joins it to the part before, and the part
    for paragraph in paragraphs:
        sentences = [paragraph] if len(paragraph) <= LONGEST else re.split(r"(?<=[.!?])\s+", paragraph)
        parts += [("\n\n" if n == 0 else " ", sentence) for n, sentence in enumerate(sentences)]
    pieces = [""]
    for joint, part in parts:
        if len(part) > LONGEST:
            raise BrokenPage(file, number, f"a sentence of this section has {len(part)} characters; a passage has at most {LONGEST}")
        if not pieces[-1]:
            pieces[-1] = part
        elif len(pieces[-1]) + len(joint) + len(part) <= LONGEST:
            pieces[-1] += joint + part
        else:
            pieces.append(part)
    return pieces


def _unwrapped(paragraph: str) -> str:
    """One line, so that wrapping the file anew changes no passage; the items of a list keep theirs."""
    return re.sub(r"\n(?!- )\s*", " ", paragraph.strip())


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
