"""Alembic's door: called by providers/store/migrate.py, which hands over the address."""

from alembic import context

from providers.store.store import open_engine
from providers.store.tables import metadata

engine = open_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
