"""What the commands of `homeview templates` do: the library in the database, templates in files, and how both are shown."""

import asyncio
import contextlib
import getpass
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
from rich.markup import escape
from rich.tree import Tree

from journeys.drawing import facts
from journeys.graph import edges, rows
from journeys.refusals import Refusal
from journeys.template import Template
from journeys.versions import canonical, digest
from providers.errors import ProviderError
from providers.library import TemplateChanged, TemplateError, library, parse_template, read_text
from providers.settings import BadSetting, Settings, load
from providers.shelf import Shelf, UnknownVersion
from providers.store.store import Store

T = TypeVar("T")
TENANT = "home"


def fail(sentence: str, code: int = 1) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)


def settings() -> Settings:
    try:
        return load()
    except BadSetting as wrong:
        fail(f"These settings can't be used:\n{wrong}\n`homeview settings` lists them all.")


@contextlib.asynccontextmanager
async def shelf(chosen: Settings) -> AsyncIterator[Shelf]:
    """The library in this database. Raises a ProviderError where it can't be read."""
    with contextlib.closing(Store(chosen.database_url)) as store:
        yield Shelf(store, library())


def on_shelf(work: Callable[[Shelf], Coroutine[Any, Any, T]]) -> T:
    """What goes wrong is a sentence and exit code 1."""

    async def run() -> T:
        async with shelf(chosen) as opened:
            return await work(opened)

    chosen = settings()
    try:
        return asyncio.run(run())
    except (UnknownVersion, Refusal, TemplateError) as told:
        fail(str(told))
    except ProviderError as error:
        fail(f"{str(error).rstrip('.')}. `homeview dev` or `homeview migrate` makes the database.")
    except ValueError as error:
        fail(f"{error}.")


async def stock(chosen: Settings) -> None:
    """What is shipped, into this database. Raises TemplateChanged where a published version came with other content."""
    async with shelf(chosen) as opened:
        await opened.stock()


def named(what: str) -> Template:
    """A file, or a template of the library by `id` or `id@version`."""
    path = Path(what)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        try:
            return parse_template(read_text(path), path.name)
        except OSError as error:
            fail(f"{path} can't be read: {error.strerror}.")
        except TemplateError as mistakes:
            fail(str(mistakes))

    async def find(opened: Shelf) -> Template:
        try:
            return (await opened.found(what)).template
        except ProviderError:  # no database yet: what came with the program is there all the same
            shipped = library().newest(what)
            if shipped is None:
                raise
            return shipped

    return on_shelf(find)


def mistakes_in(path: Path) -> list[str]:
    """Each as `file:line: place: what is wrong`. A published version with other content is one."""
    try:
        return changed(parse_template(read_text(path), path.name), path.name)
    except OSError as error:
        return [f"{path.name}:1: the file can't be read: {error.strerror}"]
    except TemplateError as mistakes:
        return str(mistakes).splitlines()


def publish(path: Path) -> tuple[Template, dict[str, Any]]:
    """Stored and published; what new journeys start with now."""
    template = named(str(path))
    text, who = read_text(path), {"by": me(), "tenant": TENANT}

    async def put(opened: Shelf) -> dict[str, Any]:
        await opened.put_draft(text, key=key(), **who)
        return await opened.publish(template.id, template.version, key=key(), **who)

    return template, on_shelf(put)


def changed(template: Template, file: str) -> list[str]:
    """Against what is stored where there is a database, and against what is shipped where there is none."""

    async def ask(chosen: Settings) -> None:
        async with shelf(chosen) as opened:
            await opened.check(template, file)

    try:
        asyncio.run(ask(settings()))
    except TemplateChanged as changed:
        return str(changed).splitlines()
    except ProviderError:
        shipped = library().versions.get(template.name)
        if shipped and digest(canonical(shipped)) != digest(canonical(template)):
            return [f"{file}:1: version: {template.name} is shipped with other content: raise `version`."]
    return []


def drawn(template: Template) -> Tree:
    """Row by row, as in the picture: the steps of one row can be done side by side."""
    tree, at = Tree(f"[bold]{escape(template.title)}[/] [dim]{template.name}[/]"), rows(template)
    for row in range(max(at.values()) + 1):
        branch = tree.add(f"[dim]{row + 1}[/]")
        for step in (step for step in template.steps if at[step.id] == row):
            after = f" [dim]← {', '.join(step.depends_on)}[/]" if step.depends_on else ""
            leaf = branch.add(f"[bold]{escape(step.title)}[/] [cyan]{step.id}[/]{after}")
            for fact in facts(step):
                leaf.add(fact)
            for edge in (edge for edge in edges(template) if edge.kind == "back" and edge.source == step.id):
                leaf.add(f"[yellow]↩ back to {edge.target}[/]: {escape(', '.join(edge.labels))}")
    return tree


def starts_with(head: Any) -> str:
    if head is None:
        return "none (nothing is published)"
    if not head["split"]:
        return f"version {head['version']}"
    parts = ", ".join(f"{buckets / 100:g} % version {version}" for version, buckets in head["split"])
    return f"{parts} ({head['experiment']})"


def me() -> str:
    """Who is at this terminal, for the library's log."""
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        return "operator"


def key() -> str:
    return str(uuid.uuid4())
