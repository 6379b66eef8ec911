"""The tables. Alembic's migrations make them; a test holds the two against each other."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator, TypeEngine


class Utc(TypeDecorator[datetime]):
    """An aware UTC time, whatever the database makes of it: SQLite forgets the zone, PostgreSQL gives the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Money(TypeDecorator[Decimal]):
    """US dollars, exact to 8 decimals. SQLite knows no decimals: there it is a whole number of hundred-millionths, which adds up and
    compares exactly."""

    impl = Numeric(14, 8)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(14, 8))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return int(value.scaleb(8)) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-8) if dialect.name == "sqlite" else Decimal(value)


_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=_NAMES)
Id = String(64)

journeys = Table(
    "journeys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant", Id, nullable=False),
    Column("template", String(80), nullable=False),
    Column("persona", Id, nullable=False),
    Column("status", String(16), nullable=False),
    Column("step", Id),
    Column("title", String(200), nullable=False),
    Column("view", JSON, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False, default=0),
    Column("moved_from", String(80)),
    Column("owed", Integer, nullable=False, server_default="0"),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Index(None, "tenant", "created_at", "id"),
    Index(None, "template", "id"),
)
# Of those that owe anything, since nearly none does. The migration makes it for them alone.
Index("ix_journeys_owed", journeys.c.owed)

requests = Table(
    "requests",
    metadata,
    Column("journey_id", Id, primary_key=True),
    Column("operation", String(16), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("turn_id", Id, nullable=False),
    Column("at", Utc, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("journey_id", Id, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("operation", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("text", Text),
    Column("reply", JSON),
    Column("problem", JSON),
    Column("decision", JSON(none_as_null=True)),
    Column("intents", JSON),
    Column("inputs", JSON),
    Column("results", JSON),
    Column("step", Id),
    Column("engine", String(40)),
    Column("degraded", JSON),
    Column("cost", Numeric(14, 8)),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Index(None, "journey_id", "seq"),
)

results = Table(
    "results",
    metadata,
    Column("journey_id", Id, primary_key=True),
    Column("step", Id, primary_key=True),
    Column("skill", Id, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("inputs_hash", String(64), nullable=False),
    Column("made_with", String(80), nullable=False),
    Column("headline", String(400), nullable=False),
    Column("body", JSON, nullable=False),
    Column("made_at", Utc, nullable=False),
)

timeline = Table(
    "timeline",
    metadata,
    Column("journey_id", Id, primary_key=True),
    Column("turn_seq", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("turn_id", Id, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("about", String(80), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)

# `seq` is taken in the writing transaction from journeys.last_seq, so that commit order is its order.
# `n` counts within one attempt of a turn: a repeat of the same writing is stopped by the unique key.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("journey_id", Id, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("turn_id", Id, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("journey_id", "seq"),
    UniqueConstraint("turn_id", "kind", "attempt", "n"),
)
# To drop tokens by their age. The migration makes it for them alone, which can't be said here without importing PostgreSQL's dialect.
Index("ix_events_tokens", events.c.at)

# One row a call, by its deed: journey, turn (or inputs hash) and call name; never Temporal's ids, which repeat. `raw` is what came back,
# One row a call, by its deed: journey, turn (or inputs hash) and call name; never Temporal's ids, which repeat. `raw` is what came back,
# word for word; `attempts` how often it was made, `in_doubt` how often of these nobody knows whether it was answered, `lost` how
# often it went out and was seen to bring no answer. `reserved` is what it may cost while it is under way, `doubtful` what attempts in doubt
# or lost may have cost besides `cost`; both count in the budgets of its `day`. A check of a model belongs to no journey and no turn.
model_calls = Table(
    "model_calls",
    metadata,
    Column("deed", String(200), primary_key=True),
    Column("journey_id", Id, ForeignKey("journeys.id")),
    Column("turn_id", Id),
    Column("name", String(40), nullable=False),
    Column("engine", String(80), nullable=False),
    Column("prompt", String(80), nullable=False, server_default=""),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("in_doubt", Integer, nullable=False, server_default="0"),
    Column("error", String(40), nullable=False, server_default=""),
    Column("why", String(300), nullable=False, server_default=""),
    Column("answer", JSON),
    Column("raw", Text),
    Column("usage", JSON),
    Column("cost", Numeric(14, 8), nullable=False, default=0),
    Column("priced_as", String(80), nullable=False, server_default=""),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("tenant", Id, nullable=False, server_default=""),
    Column("day", String(10), nullable=False, server_default=""),
    Column("reserved", Money, nullable=False, server_default="0"),
    Column("doubtful", Money, nullable=False, server_default="0"),
    Column("lost", Integer, nullable=False, server_default="0"),
    Index(None, "journey_id"),
    Index(None, "turn_id"),
    Index(None, "tenant", "day"),
    Index(None, "engine", "started_at"),
)

# Turns of the last seconds that want a place in the models' queue, where it has a rate limit (providers/store/places.py). `at`: since when
# they wait for one, or have it; `gone`: its call has begun, or the turn has ended.
places = Table(
    "places",
    metadata,
    Column("turn_id", Id, primary_key=True),
    Column("tenant", Id, nullable=False),
    Column("at", Utc, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False),
    Index(None, "tenant", "gone"),
)

# What a model is told of a turn, in full; one row for each of the turn's calls.
briefs = Table(
    "briefs",
    metadata,
    Column("turn_id", Id, primary_key=True),
    Column("call", String(16), primary_key=True),
    Column("journey_id", Id, nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)

# Sentences of a person's messages. `vector`: a unit vector as little-endian float16, of the embedding model in `made_with`; vectors of
# different models are never compared.
memories = Table(
    "memories",
    metadata,
    Column("turn_id", Id, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("journey_id", Id, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("text", String(300), nullable=False),
    Column("made_with", String(80), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Index(None, "journey_id", "seq"),
)

# Every version of every template, for ever. `content` is the canonical form (journeys/versions.py), `hash` its sha256; of a published or
# retired version neither changes any more. `origin`: shipped with the program, or stored through a door.
templates = Table(
    "templates",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("title", String(200), nullable=False),
    Column("source", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("made_by", Id, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("published_by", Id),
    Column("published_at", Utc),
)

# What a new journey of a template starts with: `version`, or by `experiment` one of `split` ([[version, buckets], …]).
template_heads = Table(
    "template_heads",
    metadata,
    Column("template", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("experiment", String(80)),
    Column("split", JSON(none_as_null=True)),
)

# Who did what to a template, and when; `detail` in words of ours only.
template_log = Table(
    "template_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("template", Id, nullable=False),
    Column("action", String(16), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("by", Id, nullable=False),
    Column("at", Utc, nullable=False),
    Index(None, "template", "id"),
)

# The answer to each write on the library, under its key.
template_requests = Table(
    "template_requests",
    metadata,
    Column("tenant", Id, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)

# The version a journey got from an experiment. Written once, before the journey's workflow starts, and never computed again.
assignments = Table(
    "assignments",
    metadata,
    Column("journey_id", Id, primary_key=True),
    Column("template", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("experiment", String(80), nullable=False),
    Column("bucket", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Index(None, "experiment", "version"),
)

# What goes out into the world, one row each, by its deed. `status`: reserved (decided, nothing left yet), sent (handed over, nobody said
# that it arrived), confirmed, in_doubt (nobody can say whether it arrived), compensated (withdrawn) or failed (it did not go out).
effects = Table(
    "effects",
    metadata,
    Column("deed", String(200), primary_key=True),
    Column("journey_id", Id, nullable=False),
    Column("turn_id", Id, nullable=False),
    Column("step", Id, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("body_hash", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("outlet", String(40), nullable=False, server_default=""),
    Column("receipt", Text, nullable=False, server_default=""),
    Column("error", String(40), nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("reserved_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("told", String(16), nullable=False, server_default=""),
    Column("unwanted", Boolean, nullable=False, server_default=false()),
    Index(None, "journey_id"),
    Index(None, "status", "changed_at"),
)

# How each engine does, for all workers: written when a breaker opens or closes, and when a probe is leased. `error`: the type of the last
# failure. Nobody asks before `probe_at`. `checked_at`: when a check last went well; no further one begins before `check_at`.
provider_health = Table(
    "provider_health",
    metadata,
    Column("engine", String(80), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since", Utc),
    Column("error", String(40), nullable=False, server_default=""),
    Column("retry_at", Utc),
    Column("probe_at", Utc),
    Column("checked_at", Utc),
    Column("check_at", Utc),
)

# What models may cost, have cost and are about to cost. `scope`: journey (of that id), tenant (of a month) or day (of a tenant, in UTC).
# `chosen`: a person set the cap, and no setting changes it. `told`: the highest threshold that was told, in per cent.
budgets = Table(
    "budgets",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("key", Id, primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("cap", Money, nullable=False),
    Column("chosen", Boolean, nullable=False, server_default=false()),
    Column("spent", Money, nullable=False, server_default="0"),
    Column("reserved", Money, nullable=False, server_default="0"),
    Column("told", Integer, nullable=False, server_default="0"),
)

# What the people who run HomeView are told, once for each key, for ever. `status`: pending, sending, sent, in_doubt (its process died while
# it was sending) or failed; `reached` names the targets that have it.
alerts = Table(
    "alerts",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("about", String(80), nullable=False),
    Column("text", String(500), nullable=False),
    Column("raised_at", Utc, nullable=False),
    Column("status", String(16), nullable=False, server_default="pending"),
    Column("due_at", Utc, nullable=False),
    Column("claimed_at", Utc),
    Column("sent_at", Utc),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("reached", JSON, nullable=False),
    Index(None, "status", "due_at"),
)
