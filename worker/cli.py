"""A door: the `homeview` command. Each command is a few lines; what it does lives beside it or in the room it belongs to."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from providers.errors import ProviderError
from providers.settings import BadSetting, Settings, load, table
from worker import templates

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Durable home-renovation journeys: `dev`, then `chat`.")
app.add_typer(templates.app, name="templates")
console = Console()


def settings() -> Settings:
    try:
        return load()
    except BadSetting as wrong:
        fail(f"These settings can't be used:\n{wrong}\n`homeview settings` lists them all.")


def fail(sentence: str, code: int = 1) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)


@app.command()
def dev() -> None:
    """Run everything on this machine: Temporal, the workers and the API. Ctrl-C stops it; nothing is lost."""
    from providers.index import pointed
    from providers.indexing import ensure_index
    from providers.offline.embeddings import MiniLM
    from providers.pages import OUR_PAGES
    from providers.store.migrate import migrate
    from worker.dev import dev as run
    from worker.shelving import stock

    chosen = settings()

    async def prepare() -> None:
        await asyncio.to_thread(migrate, chosen.database_url)
        await stock(chosen)
        if pointed(chosen.index_root) is None:
            print("Reading the knowledge pages into an index; only the first start does.", flush=True)
        await ensure_index(OUR_PAGES, chosen.index_root, MiniLM())

    try:
        raise typer.Exit(run(chosen, prepare))
    except ProviderError as error:
        fail(str(error))


@app.command("migrate")
def bring_up_to_date() -> None:
    """Bring the database to this version. `homeview dev` does it by itself; where workers and API run by themselves, do it first."""
    from providers.store.migrate import migrate

    try:
        migrate(settings().database_url)
    except ProviderError as error:
        fail(str(error))
    console.print("The database is that of this version.")


@app.command()
def worker() -> None:
    """Run a worker: it does the work of journeys. Any number of them may run."""
    from worker.logs import set_up_logs
    from worker.main import run_worker

    chosen = settings()
    set_up_logs(chosen.log)
    try:
        asyncio.run(run_worker(chosen))
    except ProviderError as error:
        fail(str(error))
    except RuntimeError as error:
        fail(f"No Temporal server answers at {chosen.temporal_address} ({error}). Start one with `homeview dev`.")


@app.command()
def api() -> None:
    """Run the HTTP API. Any number of them may run."""
    from api.serving import serve
    from worker.logs import set_up_logs

    chosen = settings()
    set_up_logs(chosen.log)
    serve(chosen)


@app.command()
def chat(
    journey: Annotated[str | None, typer.Option(help="Go on with this journey; `last` is the newest open one.")] = None,
    template: Annotated[str, typer.Option(help="What to start, where no journey is named.")] = "kitchen_renovation",
    persona: Annotated[str | None, typer.Option(help="Who is talking, such as homeowner or diy_worker.")] = None,
    message: Annotated[str | None, typer.Option(help="Say this first.")] = None,
) -> None:
    """Talk with a journey in this terminal, or send it lines through a pipe. Leaving loses nothing."""
    from worker.terminal import chat as run

    raise typer.Exit(asyncio.run(run(settings(), journey=journey, template=template, persona=persona, message=message)))


@app.command()
def demo(
    speed: Annotated[float, typer.Option(help="Seconds to pause before each message.", min=0)] = 0.3,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the demo's home folder.")] = False,
    gemini: Annotated[bool, typer.Option("--gemini", help="Ask Gemini, with the key in GEMINI_API_KEY, and print what it cost.")] = False,
) -> None:
    """Play a whole kitchen in under a minute, kill the worker in the middle of a turn, and show that nothing was lost."""
    from worker.demo import demo as run

    chosen = settings() if gemini else None
    if chosen and not chosen.gemini_models:
        fail("To ask Gemini, set GEMINI_API_KEY, and let HOMEVIEW_PROVIDER be gemini, which it is where a key is set.")
    raise typer.Exit(asyncio.run(run(speed=speed, keep=keep, asking=chosen)))


@app.command("why")
def tell_why(journey: Annotated[str, typer.Argument(help="The journey's id.")]) -> None:
    """Say in a sentence what a journey waits for, since when, and what happens next."""
    from worker.talk import Away, Refused, Talk, client

    chosen = settings()

    async def ask() -> str:
        async with client(chosen.api_url) as http:
            return await Talk(http, patience=5).why(journey)

    try:
        print(asyncio.run(ask()))
    except Refused as refused:
        fail(refused.detail)
    except Away as away:
        fail(f"{away} Start it with `homeview dev`.")


@app.command("calls")
def show_calls(
    journey: Annotated[str | None, typer.Argument(help="The journey's id.")] = None,
    checks: Annotated[bool, typer.Option("--checks", help="Those by which models were checked, which no journey pays for.")] = False,
    texts: Annotated[bool, typer.Option("--texts", help="Show also what was asked and answered: what people wrote is in it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List a journey's model calls, or those of the checks: by which words each was asked, what came of it, what it cost."""
    from worker import calls

    if (journey is None) != checks:
        fail("Name one journey, or ask for --checks.", code=2)
    try:
        rows = calls.ledger(settings(), journey) if journey else calls.of_checks(settings())
    except (calls.NoJourney, ProviderError) as error:
        fail(str(error))
    if as_json:
        print(calls.as_json(rows, texts=texts))
        return
    calls.show(rows, console, texts=texts)


@app.command("costs")
def show_costs(
    by: Annotated[str, typer.Option(help="What the sums are of: journey, tenant, model, call or day.")] = "day",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on, in UTC.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Add up what language models have cost, of all tenants."""
    from providers.store.costs import WAYS
    from worker import costs

    way = next((way for way in WAYS if way == by), None)
    if way is None:
        fail(f"Costs are added up by {', '.join(WAYS)}; {by!r} is none of them.", code=2)
    try:
        rows = costs.sums(settings(), way, since.date() if since else None)
    except ProviderError as error:
        fail(str(error))
    if as_json:
        print(costs.as_json(rows))
        return
    costs.show(rows, way, console)


@app.command()
def replay(what: Annotated[str, typer.Argument(help="A journey's id, or a file with a history as JSON.")]) -> None:
    """Say whether today's code follows a journey's history. Exit code 0: it does; 1: it does not; 2: there is no such history."""
    from worker.replaying import NoHistory
    from worker.replaying import replay as run

    try:
        outcome = asyncio.run(run(settings(), what))
    except NoHistory as sentence:
        fail(str(sentence), code=2)
    if outcome.trouble is not None:
        fail(outcome.sentence)
    print(outcome.sentence)


@app.command()
def index(
    pages: Annotated[Path | None, typer.Option(help="The folder of Markdown pages; without it, ours.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only read the pages and say whether the index is theirs; exit code 1: it is not.")
    ] = False,
) -> None:
    """Build the index of the knowledge pages, unless it is there; workers take it up by themselves. With HOMEVIEW_EMBEDDER=gemini that of
    Gemini's vectors too, which costs some cents."""
    from providers.indexing import build_index, check_index
    from providers.pages import OUR_PAGES
    from worker.equipment import indexes

    folder = pages or OUR_PAGES
    try:
        for root, model in indexes(settings()):
            if check:
                looked = check_index(folder, root, model.model_id)
                print(f"{looked.pages} pages, {looked.passages} passages, all of them readable.")
                if not looked.stands:
                    state = f"{looked.found}, of other pages or another model" if looked.found else "missing"
                    fail(f"The index for {model.model_id} is {state}: run `homeview index`.")
                print(f"The index {looked.wanted} for {model.model_id} is theirs.")
                continue
            built = asyncio.run(build_index(folder, root, model))
            console.print(
                f"{'Built' if built.built else 'Already there'}: {built.passages} passages, {built.model_id}, folder {built.name}."
            )
    except ProviderError as error:
        fail(str(error))


@app.command("skills")
def list_skills(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """List the skills that templates can be composed of: what each reads, which package it comes from, and what is broken."""
    from providers.skills import registry
    from worker import skills

    rows = registry().listed()
    if as_json:
        print(skills.as_json(rows))
        return
    skills.show(rows, console)


@app.command("settings")
def show_settings() -> None:
    """List every setting: its value, its default, what it means. Secrets are hidden."""
    shown = Table("setting", "value", "default", "what it is", box=None, header_style="bold")
    for row in table(settings()):
        shown.add_row(row.name, row.value, row.default, row.meaning)
    console.print(shown)


if __name__ == "__main__":
    app()
