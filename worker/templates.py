"""`homeview templates …`: the template library from the terminal. What each command does is in worker/shelving.py, and is loaded when it
runs. All but `move` work on the database itself, with nothing else running."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="The template library: versions, drawings, and what open journeys follow.")
console = Console()
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.command("list")
def list_templates(as_json: Json = False) -> None:
    """List every template with its versions, and what new journeys start with."""
    from worker import shelving

    found = shelving.on_shelf(lambda opened: opened.listed())
    if as_json:
        print(json.dumps(found, default=str, indent=2))
        return
    shown = Table("template", "title", "versions", "new journeys start with", box=None, header_style="bold")
    for entry in found:
        head = entry["head"]
        versions = ", ".join(f"{row['version']} {row['status']}" for row in entry["versions"])
        shown.add_row(entry["id"], escape(entry["versions"][-1]["title"]), versions, shelving.starts_with(head))
    console.print(shown)


@app.command()
def check(files: Annotated[list[Path], typer.Argument(help="YAML files.")]) -> None:
    """Name every mistake with file and line; exit code 1 where there is one. A published version whose content changed is one."""
    from worker import shelving

    lines: list[str] = []
    for path in files:
        mistakes = shelving.mistakes_in(path)
        lines += mistakes
        if not mistakes:
            template = shelving.named(str(path))
            print(f"{path.name}: {template.name}, {len(template.steps)} steps.")
    if lines:
        shelving.fail("\n".join(lines))


@app.command()
def show(name: Annotated[str, typer.Argument(help="id or id@version")], yaml: Annotated[bool, typer.Option("--yaml")] = False) -> None:
    """Show a template's versions with their open journeys, and what was done to it; with --yaml the text of the version."""
    from worker import shelving

    if yaml:
        print(shelving.on_shelf(lambda opened: opened.found(name)).source, end="")
        return
    about = shelving.on_shelf(lambda opened: opened.about(name.partition("@")[0]))
    console.print(f"[bold]{about['id']}[/]: new journeys start with {shelving.starts_with(about['head'])}.")
    shown = Table("version", "status", "from", "made", "published", "open journeys", "hash", box=None, header_style="bold")
    for row in about["versions"]:
        made, published = f"{row['made_at']:%Y-%m-%d} {row['made_by']}", "-"
        if row["published_at"]:
            published = f"{row['published_at']:%Y-%m-%d} {row['published_by']}"
        shown.add_row(str(row["version"]), row["status"], row["origin"], made, published, str(row["open_journeys"]), row["hash"][:12])
    console.print(shown)
    for entry in about["log"]:
        console.print(
            f"{entry['at']:%Y-%m-%d %H:%M} {entry['by']}: {entry['action']} {json.dumps(entry['detail'])}", style="dim", markup=False
        )


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A file, or id@version.")],
    new: Annotated[str, typer.Argument(help="A file, or id@version.")],
    as_json: Json = False,
) -> None:
    """Say what tells two templates apart, step by step, and what it means for open journeys."""
    from journeys.difference import difference
    from worker import shelving

    found = difference(shelving.named(old), shelving.named(new))
    print(found.model_dump_json(indent=2) if as_json else found.text())


@app.command()
def graph(
    name: Annotated[str, typer.Argument(help="A file, id or id@version.")],
    to: Annotated[Path | None, typer.Option("--svg", help="Write a picture to this file instead.")] = None,
) -> None:
    """Draw the steps: what each builds on, asks, runs and decides, and where its choices lead back to."""
    from journeys.drawing import svg
    from journeys.graph import edges
    from worker import shelving

    template = shelving.named(name)
    if to is None:
        console.print(shelving.drawn(template))
        return
    to.write_text(svg(template), encoding="utf-8")
    print(f"{to}: {len(template.steps)} steps, {len(edges(template))} lines.")


@app.command()
def publish(file: Annotated[Path, typer.Argument(help="A YAML file.")]) -> None:
    """Store a template and let new journeys start with it. Open journeys keep the template they began with."""
    from worker import shelving

    template, head = shelving.publish(file)
    print(f"New journeys of {template.id} start with {shelving.starts_with(head)}.")


@app.command()
def rollback(
    template: Annotated[str, typer.Argument(help="The template's id.")],
    to: Annotated[int | None, typer.Option("--to", help="The version; without it, the nearest earlier one.")] = None,
) -> None:
    """Let new journeys start with an earlier version again. Nothing is deleted, and no open journey changes."""
    from worker import shelving

    head = shelving.on_shelf(lambda opened: opened.roll_back(template, to, by=shelving.me(), tenant=shelving.TENANT, key=shelving.key()))
    print(f"New journeys of {template} start with {shelving.starts_with(head)}.")


@app.command()
def split(
    template: Annotated[str, typer.Argument(help="The template's id.")],
    weights: Annotated[list[str] | None, typer.Argument(help="Such as v1=90 v2=10; none ends the split.")] = None,
    experiment: Annotated[str | None, typer.Option(help="Its name; the groups are drawn by it.")] = None,
) -> None:
    """Share new journeys out between published versions. A journey keeps what it drew."""
    from worker import shelving

    parts: dict[int, int] = {}
    for weight in weights or []:
        version, _, share = weight.removeprefix("v").partition("=")
        if not (version.isdecimal() and share.isdecimal()):
            shelving.fail(f"{weight!r} is no weight: write it as v1=90.")
        parts[int(version)] = int(share)
    head = shelving.on_shelf(
        lambda opened: opened.split(template, parts, experiment, by=shelving.me(), tenant=shelving.TENANT, key=shelving.key())
    )
    print(f"New journeys of {template} start with {shelving.starts_with(head)}.")


@app.command()
def move(
    template: Annotated[str, typer.Argument(help="The template's id.")],
    old: Annotated[int, typer.Option("--from", help="The version that the journeys follow.")],
    new: Annotated[int, typer.Option("--to", help="The version to follow from now on.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen to each.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Bring back what an earlier move put away.")] = False,
) -> None:
    """Move every open journey of a version to another one. Run again, it goes on with those that are left. Needs HomeView running."""
    from worker import shelving
    from worker.moving import Outcome, move_all, planned
    from worker.talk import Away, Refused, client

    async def run() -> Outcome:
        async with client(shelving.settings().api_url) as http:
            plans = await planned(http, template, old, new)
            return Outcome(plans) if dry_run else await move_all(http, plans, {"undo": True} if undo else {"to": new})

    try:
        outcome = asyncio.run(run())
    except Refused as refused:
        shelving.fail(refused.detail)
    except Away as away:
        shelving.fail(f"{away} Start it with `homeview dev`.")
    console.print(outcome.table())
    print(outcome.sentence(dry_run))
    if outcome.failed:
        raise typer.Exit(1)
