"""A door: the `homeview` command. Each command is a few lines; what it does lives beside it or in the room it belongs to."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from providers.errors import ProviderError
from providers.pages import OUR_PAGES
from providers.settings import BadSetting, Settings, load, table

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Durable home-renovation journeys: `dev`, then `chat`.")
console = Console()


def settings() -> Settings:
    try:
        return load()
    except BadSetting as wrong:
        fail(f"These settings can't be used:\n{wrong}\n`homeview settings` lists them all.")


def fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


@app.command()
def dev() -> None:
    """Run everything on this machine: Temporal, the worker and the API. Ctrl-C stops it; nothing is lost."""
    from providers.index import ensure_index
    from providers.offline.embeddings import MiniLM
    from providers.store.migrate import migrate
    from worker.dev import dev as run

    chosen = settings()

    async def prepare() -> None:
        await asyncio.to_thread(migrate, chosen.database_url)
        await ensure_index(OUR_PAGES, chosen.index_root, MiniLM())

    try:
        raise typer.Exit(run(chosen, prepare))
    except ProviderError as error:
        fail(str(error))


@app.command()
def worker() -> None:
    """Run a worker: it does the work of journeys. Any number of them may run."""
    from worker.logs import set_up_logs
    from worker.main import run_worker

    chosen = settings()
    set_up_logs(chosen.log)
    try:
        asyncio.run(run_worker(chosen))
    except RuntimeError as error:
        fail(f"No Temporal server answers at {chosen.temporal_address} ({error}). Start one with `homeview dev`.")


@app.command()
def api() -> None:
    """Run the HTTP API. Any number of them may run."""
    import uvicorn

    from api.app import create_app
    from worker.logs import set_up_logs

    chosen = settings()
    set_up_logs(chosen.log)
    uvicorn.run(
        create_app(chosen), host=chosen.api_host, port=chosen.api_port, log_config=None, access_log=False, timeout_graceful_shutdown=10
    )


@app.command()
def index(pages: Annotated[Path, typer.Option(help="The folder of Markdown pages.")] = OUR_PAGES) -> None:
    """Build the index of the knowledge pages, unless it is there; workers take it up by themselves."""
    from providers.index import build_index
    from providers.offline.embeddings import MiniLM

    try:
        built = asyncio.run(build_index(pages, settings().index_root, MiniLM()))
    except ProviderError as error:
        fail(str(error))
    console.print(f"{'Built' if built.built else 'Already there'}: {built.passages} passages, {built.model_id}, folder {built.name}.")


@app.command("settings")
def show_settings() -> None:
    """List every setting: its value, its default, what it means. Secrets are hidden."""
    shown = Table("setting", "value", "default", "what it is", box=None, header_style="bold")
    for row in table(settings()):
        shown.add_row(row.name, row.value, row.default, row.meaning)
    console.print(shown)


if __name__ == "__main__":
    app()
