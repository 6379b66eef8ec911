"""Alembic's door: called by providers/store/migrate.py, which hands over the address."""

from alembic import context
from sqlalchemy import text

from providers.store.engine import open_engine
from providers.store.tables import metadata

# Who migrates one PostgreSQL at the same time waits for the other, and then finds nothing to do. The number is ours alone.
ONE_AT_A_TIME = text("SELECT set_config('lock_timeout', '0', true), pg_advisory_xact_lock(7102026)")

engine = open_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(ONE_AT_A_TIME)
        context.run_migrations()
engine.dispose()
