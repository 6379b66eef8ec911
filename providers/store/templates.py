"""The rows of the template library, as functions of a connection; each writing one is part of one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from journeys.refusals import KeyReused, NothingEarlier, NotPublished, VersionTaken
from journeys.template import Template
from journeys.versions import SHIPPED_BY, bucket, canonical, digest, pick, shares
from providers.library import TemplateChanged
from providers.store.journeys import one, unless_there
from providers.store.tables import assignments, journeys, template_heads, template_log, template_requests, templates

Row = dict[str, Any]
_LISTED = [column for column in templates.c if column.name not in ("source", "content")]


class UnknownVersion(Exception):
    """There is no such template, or no such version of it; the message is a sentence."""


# --- reading ---------------------------------------------------------------------------------------------------------------
def versions(db: Connection, template_id: str | None = None) -> list[Row]:
    """By template and version, without their content."""
    wanted = select(*_LISTED).order_by(templates.c.id, templates.c.version)
    if template_id is not None:
        wanted = wanted.where(templates.c.id == template_id)
    return [dict(row) for row in db.execute(wanted).mappings()]


def version(db: Connection, template_id: str, number: int) -> Row:
    """With its content. Raises UnknownVersion."""
    row = one(db, select(templates).where(templates.c.id == template_id, templates.c.version == number))
    if row is None:
        raise UnknownVersion(f"There is no version {number} of a template {template_id!r}.")
    return row


def heads(db: Connection) -> dict[str, Row]:
    return {row["template"]: dict(row) for row in db.execute(select(template_heads)).mappings()}


def head(db: Connection, template_id: str, *, hold: bool = False) -> Row:
    """What new journeys start with. Raises UnknownVersion where nothing of it is published. `hold`: others wait until the commit."""
    wanted = select(template_heads).where(template_heads.c.template == template_id)
    row = one(db, wanted.with_for_update() if hold else wanted)
    if row is None:
        raise UnknownVersion(f"There is no published template {template_id!r}.")
    return row


def log(db: Connection, template_id: str, limit: int = 50) -> list[Row]:
    """What was done to it, newest first."""
    wanted = select(template_log).where(template_log.c.template == template_id).order_by(template_log.c.id.desc()).limit(limit)
    return [dict(row) for row in db.execute(wanted).mappings()]


def counts(db: Connection, template_id: str) -> dict[str, int]:
    """Open journeys by `id@version`."""
    of_it = journeys.c.template.like(f"{template_id.replace('_', '!_')}@%", escape="!")
    wanted = select(journeys.c.template, func.count()).where(of_it, journeys.c.status.not_in(("completed", "abandoned")))
    return {row[0]: row[1] for row in db.execute(wanted.group_by(journeys.c.template))}


# --- writing ---------------------------------------------------------------------------------------------------------------
def once(db: Connection, tenant: str, key: str, hashed: str, at: datetime, deed: Callable[[Connection], Row]) -> Row:
    """The deed's answer; the same one for the same key, for ever. A refusal leaves nothing behind."""
    kept = one(db, select(template_requests).where(template_requests.c.tenant == tenant, template_requests.c.key == key))
    if kept is not None:
        if kept["body_hash"] != hashed:
            raise KeyReused("This key was used for something else. Send it with a new Idempotency-Key.")
        answer: Row = kept["answer"]
        return answer
    answer = deed(db)
    db.execute(insert(template_requests), {"tenant": tenant, "key": key, "body_hash": hashed, "answer": answer, "at": at})
    return answer


def put_shipped(db: Connection, template: Template, source: str, file: str, at: datetime) -> None:
    """What came with the program is published and stays. New journeys start with it, unless somebody published a later version or
    a split is running. Raises TemplateChanged."""
    content = canonical(template)
    row = {**_row(template, source, content, SHIPPED_BY, at), "status": "published", "origin": "shipped"}
    if not _added(db, templates, {**row, "published_by": SHIPPED_BY, "published_at": at}):
        kept = version(db, template.id, template.version)
        if kept["hash"] != digest(content):
            raise changed(template, file, kept["hash"])
        return
    _note(db, template.id, "shipped", {"version": template.version}, SHIPPED_BY, at)
    fresh = {"template": template.id, "version": template.version}
    if not _added(db, template_heads, fresh):
        now = head(db, template.id, hold=True)
        if now["version"] < template.version and not now["split"]:
            _lead(db, template.id, template.version)


def changed(template: Template, file: str, stored: str) -> TemplateChanged:
    here = digest(canonical(template))
    return TemplateChanged(
        f"{file}:1: version: {template.name} is stored with other content (hash {stored[:12]}, here {here[:12]}). "
        "A published version never changes: raise `version`."
    )


def put_draft(db: Connection, template: Template, source: str, by: str, at: datetime) -> Row:
    """A draft may be written again; what was published may not. Raises VersionTaken."""
    content = canonical(template)
    row = _row(template, source, content, by, at)
    if _added(db, templates, {**row, "status": "draft", "origin": "stored"}):
        _note(db, template.id, "draft", {"version": template.version, "hash": row["hash"]}, by, at)
        return version(db, template.id, template.version)
    kept = _held(db, template.id, template.version)
    if kept["hash"] == row["hash"]:
        return kept
    if kept["status"] != "draft":
        raise VersionTaken(f"{template.name} is {kept['status']} already, with other content. Raise `version` to store this one.")
    _change(db, template.id, template.version, **{name: row[name] for name in ("title", "source", "content", "hash", "made_by", "made_at")})
    _note(db, template.id, "draft", {"version": template.version, "hash": row["hash"]}, by, at)
    return version(db, template.id, template.version)


def publish(db: Connection, template_id: str, number: int, by: str, at: datetime) -> Row:
    """New journeys start with it from now on. A split that was running ends."""
    kept = _held(db, template_id, number)
    if kept["status"] != "published":
        _change(db, template_id, number, status="published", published_by=by, published_at=at)
    if not _added(db, template_heads, {"template": template_id, "version": number}):
        now = head(db, template_id, hold=True)
        if kept["status"] == "published" and now["version"] == number and not now["split"]:
            return head(db, template_id)
        _lead(db, template_id, number)
    _note(db, template_id, "publish", {"version": number}, by, at)
    return head(db, template_id)


def roll_back(db: Connection, template_id: str, to: int | None, by: str, at: datetime) -> Row:
    """New journeys start with an earlier version: `to`, or the nearest that is published. The later one is retired, not deleted; a split
    that was running ends. Raises NothingEarlier, NotPublished, UnknownVersion."""
    now = head(db, template_id, hold=True)
    if to is None:
        wanted = select(func.max(templates.c.version)).where(
            templates.c.id == template_id, templates.c.version < now["version"], templates.c.status == "published"
        )
        to = db.execute(wanted).scalar_one()
    if to is None or to >= now["version"]:
        raise NothingEarlier(f"New journeys start with {template_id}@{now['version']}, and no earlier version is published.")
    if version(db, template_id, to)["status"] == "draft":
        raise NotPublished(f"{template_id}@{to} is a draft: it was never published, so there is nothing to go back to.")
    _change(db, template_id, now["version"], status="retired")
    _change(db, template_id, to, status="published")
    _lead(db, template_id, to)
    _note(db, template_id, "rollback", {"from": now["version"], "to": to}, by, at)
    return head(db, template_id)


def set_split(db: Connection, template_id: str, experiment: str | None, weights: Mapping[int, int], by: str, at: datetime) -> Row:
    """Share new journeys out by weight; no weights at all end the split. Without a name a running experiment keeps its own, so that a
    changed weight moves as few buckets as can be. Raises ValueError, NotPublished, UnknownVersion."""
    now = head(db, template_id, hold=True)
    if not weights:
        _lead(db, template_id, now["version"])
        _note(db, template_id, "split", {"weights": {}}, by, at)
        return head(db, template_id)
    parts = shares(weights)
    for number in parts:
        if version(db, template_id, number)["status"] != "published":
            raise NotPublished(f"{template_id}@{number} is not published, so no journey can start with it.")
    before = select(func.count()).where(template_log.c.template == template_id, template_log.c.action == "split")
    name = experiment or now["experiment"] or f"{template_id}-{db.execute(before).scalar_one() + 1}"
    _lead(db, template_id, now["version"], name, [[number, part] for number, part in parts.items()])
    _note(db, template_id, "split", {"experiment": name, "weights": {str(number): weight for number, weight in weights.items()}}, by, at)
    return head(db, template_id)


def assign(db: Connection, template_id: str, journey_id: str, at: datetime) -> int:
    """The version this journey starts with, by the split; as it was drawn the first time, however often it is asked."""
    drawn = select(assignments.c.version).where(assignments.c.journey_id == journey_id)
    known: int | None = db.execute(drawn).scalar_one_or_none()
    if known is not None:
        return known
    now = head(db, template_id)
    if not now["split"]:
        return int(now["version"])
    at_bucket = bucket(now["experiment"], journey_id)
    chosen = pick(dict(now["split"]), at_bucket)
    row = {"journey_id": journey_id, "template": template_id, "version": chosen, "experiment": now["experiment"]}
    db.execute(unless_there(db.dialect.name, assignments), {**row, "bucket": at_bucket, "at": at})
    return int(db.execute(drawn).scalar_one())


def assignment_of(db: Connection, journey_id: str) -> Row | None:
    return one(db, select(assignments).where(assignments.c.journey_id == journey_id))


def _added(db: Connection, table: Any, row: Mapping[str, Any]) -> bool:
    """False where one with this key is there already, which stays as it is."""
    statement = unless_there(db.dialect.name, table).execution_options(preserve_rowcount=True)
    return bool(db.execute(statement, row).rowcount)


def _row(template: Template, source: str, content: str, by: str, at: datetime) -> Row:
    common = {"id": template.id, "version": template.version, "title": template.title[:200], "source": source, "content": content}
    return {**common, "hash": digest(content), "made_by": by, "made_at": at}


def _held(db: Connection, template_id: str, number: int) -> Row:
    version(db, template_id, number)
    held = db.execute(select(templates).where(templates.c.id == template_id, templates.c.version == number).with_for_update())
    return dict(held.mappings().one())


def _change(db: Connection, template_id: str, number: int, **columns: Any) -> None:
    db.execute(update(templates).where(templates.c.id == template_id, templates.c.version == number).values(**columns))


def _lead(db: Connection, template_id: str, number: int, experiment: str | None = None, split: list[list[int]] | None = None) -> None:
    changed = {"version": number, "experiment": experiment, "split": split}
    db.execute(update(template_heads).where(template_heads.c.template == template_id).values(**changed))


def _note(db: Connection, template_id: str, action: str, detail: Mapping[str, Any], by: str, at: datetime) -> None:
    db.execute(insert(template_log), {"template": template_id, "action": action, "detail": dict(detail), "by": by, "at": at})
