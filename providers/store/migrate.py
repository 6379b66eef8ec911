"""Bring a database to the newest shape. Safe to run again; a newer database than this code knows is an error, not a downgrade."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from providers.errors import Misconfigured
from providers.store.engine import open_engine, reason

MIGRATIONS = Path(__file__).parent / "migrations"


def configured(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Raises Misconfigured with a sentence where the database can't be opened or is of a newer version."""
    try:
        command.upgrade(configured(url), "head")
    except CommandError as error:
        raise Misconfigured(
            f"The database was made by another version of HomeView: {error}. Update HomeView or use another folder."
        ) from error
    except DBAPIError as error:
        raise Misconfigured(f"{reason(error)} {_advice(url)}") from error


def reach(url: str) -> None:
    """Raises Misconfigured with a sentence where nobody answers there, or not as we need it."""
    engine = open_engine(url)
    try:
        with engine.connect() as db:
            encoding = db.execute(text("SHOW server_encoding")).scalar_one() if db.dialect.name == "postgresql" else "UTF8"
    except DBAPIError as error:
        raise Misconfigured(f"{reason(error)} {_advice(url)}") from error
    finally:
        engine.dispose()
    if encoding != "UTF8":
        raise Misconfigured(f"The database in HOMEVIEW_DATABASE_URL holds {encoding}; people write UTF8: make one with ENCODING 'UTF8'.")


def _advice(url: str) -> str:
    if url.startswith("sqlite"):
        return "Check HOMEVIEW_DATABASE_URL and that its folder exists and has room."
    return "Check HOMEVIEW_DATABASE_URL, that the server runs, and that it has this database and lets this user in."


def is_current(url: str) -> bool:
    """Whether the tables are those of this code."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    engine = open_engine(url)
    try:
        with engine.connect() as db:
            return MigrationContext.configure(db).get_current_revision() == ScriptDirectory.from_config(configured(url)).get_current_head()
    finally:
        engine.dispose()
