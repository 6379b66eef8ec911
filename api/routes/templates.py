"""The library of journeys: its versions, what new journeys start with, and what tells two versions apart."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.deps import IdempotencyKey, Open, Tenant
from api.errors import Problem, documented
from journeys.difference import difference
from journeys.refusals import KeyReused, NothingEarlier, NotPublished, VersionTaken
from journeys.template import Template
from journeys.versions import canonical, digest
from providers.library import LARGEST_TEMPLATE, TemplateError, parse_template
from providers.shelf import Version

router = APIRouter(prefix="/v1/templates", tags=["templates"])
TemplateName = Annotated[str, Path(max_length=80, description="`id`, or `id@version`")]
TemplateId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Number = Annotated[int, Path(ge=1, le=10**9)]
Asked = Annotated[int, Query(ge=1, le=10**9)]
_SHOWN = ("version", "status", "origin", "title", "hash", "made_by", "made_at", "published_by", "published_at")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Written(Strict):
    """A template as YAML."""

    yaml: Annotated[str, Field(min_length=1, max_length=LARGEST_TEMPLATE)]


class RollBack(Strict):
    """`to`: the version to go back to; left out, the nearest earlier one that is published."""

    to: Annotated[int, Field(ge=1)] | None = None


class Split(Strict):
    """Weights by version, such as {"1": 90, "2": 10}; none at all end the split. `experiment` names it in reports and draws the groups."""

    weights: Annotated[dict[int, Annotated[int, Field(ge=0, le=10_000)]], Field(max_length=20)]
    experiment: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)] | None = None


@router.get("")
async def list_templates(doors: Open) -> dict[str, Any]:
    """What can be started, with every version there is."""
    items = []
    for entry in await doors.shelf.listed():
        head, rows = entry["head"], entry["versions"]
        number = head["version"] if head else rows[-1]["version"]
        shown = (await doors.shelf.version(entry["id"], number)).template
        about = {"id": shown.id, "version": shown.version if head else None, "name": shown.name, "title": shown.title}
        more = {"summary": shown.summary, "personas": shown.personas, "hash": digest(canonical(shown))}
        items.append({**about, **more, "versions": [_row(row) for row in rows], "split": _split(head)})
    return {"items": items, "next_cursor": None}


@router.get("/{template}", responses=documented())
async def read_template(template: TemplateName, doors: Open) -> dict[str, Any]:
    """What new journeys of it start with (or this `id@version`), its versions with their open journeys, and what was done to it."""
    found = await _found(doors, template)
    about = await doors.shelf.about(found.template.id)
    versions = [{**_row(row), "open_journeys": row["open_journeys"]} for row in about["versions"]]
    log = [{name: entry[name] for name in ("action", "detail", "by", "at")} for entry in about["log"]]
    current = about["head"]["version"] if about["head"] else None
    return {**_told(found), "current": current, "split": _split(about["head"]), "versions": versions, "log": log}


@router.get("/{template}/versions/{version}", responses=documented())
async def read_version(template: TemplateId, version: Number, doors: Open) -> dict[str, Any]:
    """One version: the template, the YAML it was written as, its hash."""
    found = await doors.shelf.version(template, version)
    return {**_row(found.row), "template": found.template.model_dump(mode="json"), "yaml": found.source}


@router.post("", status_code=201, responses=documented("BadTemplate", KeyReused, VersionTaken))
async def write_draft(written: Written, doors: Open, tenant: Tenant, key: IdempotencyKey) -> dict[str, Any]:
    """Store a draft. It starts nothing before it is published, and may be written again until then."""
    try:
        return _row(await doors.shelf.put_draft(written.yaml, by=tenant, tenant=tenant, key=key))
    except TemplateError as error:
        raise _mistakes(error) from error


@router.post("/{template}/check", responses=documented("BadTemplate"))
async def check_template(template: TemplateId, written: Written, doors: Open) -> dict[str, Any]:
    """Whether this could be stored as a draft. Nothing is kept."""
    try:
        read = parse_template(written.yaml, "yaml")
        if read.id != template:
            raise TemplateError(f"yaml:1: id: it is {read.id!r}, and not {template!r}")
        await doors.shelf.check(read, "yaml")
    except TemplateError as error:
        raise _mistakes(error) from error
    return {"id": read.id, "version": read.version, "name": read.name, "hash": digest(canonical(read)), "steps": len(read.steps)}


@router.post("/{template}/versions/{version}/publish", responses=documented(KeyReused))
async def publish_version(template: TemplateId, version: Number, doors: Open, tenant: Tenant, key: IdempotencyKey) -> dict[str, Any]:
    """New journeys start with it from now on; open ones keep the template they began with. A split that was running ends."""
    return _head(await doors.shelf.publish(template, version, by=tenant, tenant=tenant, key=key))


@router.post("/{template}/rollback", responses=documented(KeyReused, NothingEarlier, NotPublished))
async def roll_back(template: TemplateId, asked: RollBack, doors: Open, tenant: Tenant, key: IdempotencyKey) -> dict[str, Any]:
    """New journeys start with an earlier version again; the later one is retired, and nothing is deleted."""
    return _head(await doors.shelf.roll_back(template, asked.to, by=tenant, tenant=tenant, key=key))


@router.put("/{template}/split", responses=documented(KeyReused, NotPublished))
async def split_journeys(template: TemplateId, asked: Split, doors: Open, tenant: Tenant, key: IdempotencyKey) -> dict[str, Any]:
    """Share new journeys out between published versions. A journey keeps what it drew."""
    try:
        return _head(await doors.shelf.split(template, asked.weights, asked.experiment, by=tenant, tenant=tenant, key=key))
    except ValueError as error:
        raise Problem("NotUnderstood", f"weights: {error}.") from error


@router.get("/{template}/diff", responses=documented())
async def compare(
    template: TemplateId, doors: Open, to: Asked, from_: Annotated[int, Query(alias="from", ge=1, le=10**9)], response: Response
) -> dict[str, Any]:
    """What tells two versions apart, step by step, and what it means for a journey that is open."""
    old, new = [(await doors.shelf.version(template, number)).template for number in (from_, to)]
    found = difference(old, new)
    return {**found.model_dump(mode="json"), "text": found.text()}


async def _found(doors: Open, name: str) -> Version:
    try:
        return await doors.shelf.found(name)
    except ValueError as error:
        raise Problem("NotFound", f"{error}.") from error


def _mistakes(error: TemplateError) -> Problem:
    lines = str(error).splitlines()
    return Problem("BadTemplate", f"{len(lines)} mistake{'s' if len(lines) > 1 else ''}, the first: {lines[0]}.", errors=lines)


def _row(row: Any) -> dict[str, Any]:
    return {**({"id": row["id"]}), **{name: row[name] for name in _SHOWN}}


def _told(found: Version) -> dict[str, Any]:
    template: Template = found.template
    return {**template.model_dump(mode="json"), "name": template.name, "status": found.status, "hash": found.row["hash"]}


def _split(head: Any) -> dict[str, Any] | None:
    if not head or not head["split"]:
        return None
    return {"experiment": head["experiment"], "buckets": {str(version): buckets for version, buckets in head["split"]}}


def _head(head: Any) -> dict[str, Any]:
    return {"id": head["template"], "current": head["version"], "split": _split(head)}
