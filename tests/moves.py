"""Kitchens in two versions, and journeys that stand at different places of the first."""

import asyncio
from typing import Any

from providers.library import TEMPLATES
from tests.running import Stack

KITCHEN = (TEMPLATES / "kitchen_renovation.v1.yaml").read_text()
LIGHT = """\
  - id: light
    title: Light
    goal: Know what shall be lit.
    depends_on: [discover]
    needs:
      - name: light
        kind: choice
        title: Light
        ask: "Which light: ceiling or under the cabinets?"
        options:
          - {id: ceiling, title: Ceiling}
          - {id: cabinets, title: Under the cabinets}

"""
GIVEN: list[dict[str, Any]] = [
    {"goal": {"kind": "text", "text": "new"}, "place": {"kind": "place", "country": "US", "postcode": "98101"}},
    {
        "room_size": {"kind": "room_size", "length_ft": "14.5", "width_ft": "12"},
        "counter_run": {"kind": "length", "feet": "22.5"},
        "ceiling_height": {"kind": "length", "feet": "8"},
    },
    {"style": {"kind": "choice", "option": "modern"}, "scope": {"kind": "choice", "option": "moderate"}},
    {
        "cabinet_tier": {"kind": "choice", "option": "stock"},
        "counter_material": {"kind": "choice", "option": "marble"},
        "floor_material": {"kind": "choice", "option": "tile"},
        "appliance_tier": {"kind": "choice", "option": "keep"},
    },
]
PLACES = len(GIVEN) + 2  # at the beginning, after each of these, and after the estimate was accepted


def first(template: str) -> str:
    return KITCHEN.replace("id: kitchen_renovation", f"id: {template}", 1)


def second(template: str) -> str:
    """Light is asked for before the products; there is no marble any more, and the height of the ceiling is not asked for."""
    text = first(template).replace("version: 1\n", "version: 2\n", 1)
    text = text.replace("  - id: products\n", f"{LIGHT}  - id: products\n").replace("[measure, style]", "[measure, style, light]")
    text = text.replace("          - {id: marble, title: Marble}\n", "").replace("granite, marble, laminate", "granite, laminate")
    start = text.index("      - name: ceiling_height")
    text = text[:start] + text[text.index("      - name: cabinet_run") :]
    return text.replace("room_size, ceiling_height, counter_run", "room_size, counter_run")


async def publish(homeview: Stack, *texts: str) -> None:
    for text in texts:
        stored = await homeview.http.post("/v1/templates", json={"yaml": text})
        assert stored.status_code == 201, stored.text
        about = stored.json()
        done = await homeview.http.post(f"/v1/templates/{about['id']}/versions/{about['version']}/publish", json={})
        assert done.status_code == 200, done.text


async def write(
    homeview: Stack, journey: str, what: str, body: dict[str, Any], key: str | None = None, status: int = 200
) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = await homeview.http.post(f"/v1/journeys/{journey}/{what}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def a_journey_at(homeview: Stack, place: int, template: str) -> str:
    """`template` as id@version; `place`: 0 to PLACES - 1."""
    journey = await homeview.start(template=template)
    for inputs in GIVEN[: min(place, len(GIVEN))]:
        await write(homeview, journey, "inputs", {"inputs": inputs})
    if place > len(GIVEN):
        await write(homeview, journey, "decisions", {"step": "estimate", "option": "accept"})
    return journey


async def journeys_everywhere(homeview: Stack, template: str, count: int) -> list[str]:
    few = asyncio.Semaphore(6)

    async def one(n: int) -> str:
        async with few:
            return await a_journey_at(homeview, n % PLACES, template)

    return list(await asyncio.gather(*map(one, range(count))))


async def planned(homeview: Stack, template: str, old: int, new: int) -> dict[str, dict[str, Any]]:
    """By journey, over all pages."""
    found: dict[str, dict[str, Any]] = {}
    cursor: str | None = ""
    while cursor is not None:
        page = await homeview.http.get(f"/v1/templates/{template}/moves", params={"from": old, "to": new, "cursor": cursor})
        assert page.status_code == 200, page.text
        found |= {plan["journey_id"]: plan for plan in page.json()["items"]}
        cursor = page.json()["next_cursor"]
    return found
