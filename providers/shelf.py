"""The template library with versions: what came with the program and what was stored through a door, on one shelf.

A stored version is read from its canonical form; `source` is what people wrote, and is only shown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from journeys import names
from journeys.refusals import NotPublished
from journeys.template import Template
from journeys.versions import VersionStatus, canonical, digest, split_name
from providers.library import Library, parse_template
from providers.store import templates as rows
from providers.store.store import Store, Work
from providers.store.templates import UnknownVersion

__all__ = ["Shelf", "UnknownVersion", "Version"]


@dataclass(frozen=True)
class Version:
    template: Template
    status: VersionStatus
    source: str
    row: Mapping[str, Any]


@lru_cache(maxsize=64)
def _read(content: str) -> Template:
    return Template.model_validate_json(content)


class Shelf:
    """`stock` puts up what was shipped; whatever is asked before it was done does it first."""

    def __init__(self, store: Store, library: Library) -> None:
        self.store, self.library = store, library
        self._stocked = False

    async def stock(self) -> None:
        """Raises TemplateChanged where a shipped file differs from what is stored under its version, and StoreUnavailable."""
        if self._stocked:
            return
        now, shipped = datetime.now(UTC), self.library

        def put(db: Connection) -> None:
            for name, template in shipped.versions.items():
                rows.put_shipped(db, template, shipped.sources[name], shipped.files[name], now)

        await self.store.write(put)
        self._stocked = True

    # --- reading -----------------------------------------------------------------------------------------------------------
    async def listed(self) -> list[dict[str, Any]]:
        """Every template: its head (None where nothing is published) and its versions."""
        await self.stock()

        def look(db: Connection) -> list[dict[str, Any]]:
            heads, found = rows.heads(db), dict[str, dict[str, Any]]()
            for row in rows.versions(db):
                found.setdefault(row["id"], {"id": row["id"], "head": heads.get(row["id"]), "versions": []})["versions"].append(row)
            return list(found.values())

        return await self.store.read(look)

    async def version(self, template_id: str, number: int) -> Version:
        """Raises UnknownVersion."""
        await self.stock()
        row = await self.store.read(lambda db: rows.version(db, template_id, number))
        return Version(_read(row["content"]), row["status"], row["source"], row)

    async def found(self, name: str) -> Version:
        """By `id@version`, or by `id` what new journeys start with. Raises UnknownVersion, and ValueError where it is no name."""
        template_id, number = split_name(name)
        if number is None:
            number = (await self.head(template_id))["version"]
        return await self.version(template_id, int(number))

    async def head(self, template_id: str) -> dict[str, Any]:
        await self.stock()
        return await self.store.read(lambda db: rows.head(db, template_id))

    async def about(self, template_id: str) -> dict[str, Any]:
        """`versions`, `head`, `log` and the open journeys of each version. Raises UnknownVersion."""
        await self.stock()

        def look(db: Connection) -> dict[str, Any]:
            versions = rows.versions(db, template_id)
            if not versions:
                raise UnknownVersion(f"There is no template {template_id!r}. There are: {', '.join(sorted(rows.heads(db)))}.")
            open_ones = rows.counts(db, template_id)
            told = [{**row, "open_journeys": open_ones.get(f"{template_id}@{row['version']}", 0)} for row in versions]
            return {"id": template_id, "versions": told, "head": rows.heads(db).get(template_id), "log": rows.log(db, template_id)}

        return await self.store.read(look)

    async def to_start(self, name: str, journey_id: str) -> Template:
        """The template a journey starts with. Raises UnknownVersion, NotPublished, and ValueError where it is no name."""
        template_id, number = split_name(name)
        if number is None:
            now = await self.head(template_id)
            at, number = datetime.now(UTC), int(now["version"])
            if now["split"]:
                number = await self.store.write(lambda db: rows.assign(db, template_id, journey_id, at))
        found = await self.version(template_id, number)
        if found.status != "published":
            raise NotPublished(f"{template_id}@{number} is {found.status}: no new journey starts with it.")
        return found.template

    async def check(self, template: Template, file: str) -> None:
        """Raises TemplateChanged where this version is published with other content."""
        try:
            kept = await self.version(template.id, template.version)
        except UnknownVersion:
            return
        if kept.status != "draft" and kept.row["hash"] != digest(canonical(template)):
            raise rows.changed(template, file, kept.row["hash"])

    # --- writing: each under a key; the same key and body get the same answer, for ever -----------------------------------------
    async def put_draft(self, source: str, *, by: str, tenant: str, key: str) -> dict[str, Any]:
        """Raises TemplateError with a line for each mistake, and VersionTaken."""
        template = parse_template(source, "yaml")
        return await self._once("draft", {"yaml": source}, by, tenant, key, lambda db, at: rows.put_draft(db, template, source, by, at))

    async def publish(self, template_id: str, number: int, *, by: str, tenant: str, key: str) -> dict[str, Any]:
        body = {"template": template_id, "version": number}
        return await self._once("publish", body, by, tenant, key, lambda db, at: rows.publish(db, template_id, number, by, at))

    async def roll_back(self, template_id: str, to: int | None, *, by: str, tenant: str, key: str) -> dict[str, Any]:
        body = {"template": template_id, "to": to}
        return await self._once("rollback", body, by, tenant, key, lambda db, at: rows.roll_back(db, template_id, to, by, at))

    async def split(
        self, template_id: str, weights: Mapping[int, int], experiment: str | None, *, by: str, tenant: str, key: str
    ) -> dict[str, Any]:
        body = {"template": template_id, "weights": {str(number): weight for number, weight in weights.items()}, "experiment": experiment}
        return await self._once("split", body, by, tenant, key, lambda db, at: rows.set_split(db, template_id, experiment, weights, by, at))

    async def _once(self, what: str, body: Mapping[str, Any], by: str, tenant: str, key: str, deed: Any) -> dict[str, Any]:
        await self.stock()
        at, hashed = datetime.now(UTC), names.body_hash(f"templates/{what}", body)

        def plain(db: Connection) -> dict[str, Any]:
            return {name: value for name, value in json.loads(json.dumps(deed(db, at), default=_wire)).items() if name != "content"}

        work: Work[dict[str, Any]] = lambda db: rows.once(db, tenant, key, hashed, at, plain)  # noqa: E731
        try:
            return await self.store.write(work)
        except IntegrityError:  # the same key at another process at the same moment: its answer stands
            return await self.store.write(work)


def _wire(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
