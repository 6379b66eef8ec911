"""Bring a database to the newest shape. Safe to run again; a newer database than this code knows is an error, not a downgrade."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError

from providers.errors import Misconfigured
from providers.store.store import open_engine, reason

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
        raise Misconfigured(f"{reason(error)} Check HOMEVIEW_DATABASE_URL and that its folder exists and has room.") from error


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
