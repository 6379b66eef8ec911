"""The skills that templates can be composed of, for reading."""

from typing import Any

from fastapi import APIRouter

from providers.skills import registry

router = APIRouter(prefix="/v1/skills", tags=["skills"])


@router.get("")
async def list_skills() -> dict[str, Any]:
    """Every skill that is installed where this API runs, and what is broken about those that can't run."""
    return {"items": registry().listed(), "next_cursor": None}
