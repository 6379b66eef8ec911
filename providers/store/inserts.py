"""Inserts that know about conflicts, in each database's own words."""

import functools
from typing import Any

from sqlalchemy.dialects import sqlite


def insert_of(dialect: str, table: Any) -> Any:
    """The dialect's own, which knows about conflicts."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # an eighth of a second to import: not for SQLite

    return postgresql.insert(table)


@functools.cache
def unless_there(dialect: str, table: Any) -> Any:
    """Insert, or leave what is there."""
    return insert_of(dialect, table).on_conflict_do_nothing()
