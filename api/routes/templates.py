"""The library of journeys, for reading."""

from typing import Any

from fastapi import APIRouter

from api.deps import Open
from api.errors import Problem, documented
from journeys.template import Template

router = APIRouter(prefix="/v1/templates", tags=["templates"])


@router.get("")
async def list_templates(doors: Open) -> dict[str, Any]:
    """What can be started."""
    items = [
        {
            "id": t.id,
            "version": t.version,
            "name": t.name,
            "title": t.title,
            "summary": t.summary,
            "personas": t.personas,
            "hash": t.content_hash(),
        }
        for t in doors.library.templates.values()
    ]
    return {"items": items, "next_cursor": None}


@router.get("/{template}", response_model=Template, responses=documented())
async def read_template(template: str, doors: Open) -> Any:
    """One template, by `id` or `id@version`."""
    found = doors.library.newest(template)
    if found is None:
        raise Problem("NotFound", f"There is no template {template!r}. There are: {', '.join(sorted(doors.library.templates))}.")
    return found
