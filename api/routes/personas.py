"""For whom journeys speak: each persona's tone, and which skills are open to it."""

from typing import Any

from fastapi import APIRouter

from journeys.vocabulary import PERSONAS, SKILLS
from providers.people import personas

router = APIRouter(prefix="/v1/personas", tags=["personas"])


@router.get("")
async def list_personas() -> dict[str, Any]:
    """Every persona, who it is, how it is spoken to, and the skills it may use. Information and safety are open to all."""
    items = [
        {
            "id": persona.id,
            "title": persona.title,
            "who": PERSONAS[persona.id],
            "tone": persona.tone,
            "detail": persona.detail,
            "tech": persona.tech,
            "skills": [skill for skill in SKILLS if persona.is_allowed(skill)],
        }
        for persona in personas().values()
    ]
    return {"items": items, "next_cursor": None}
