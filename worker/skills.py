"""`homeview skills`: what can be run here, which package it comes from, and what is broken about the rest."""

import json
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from providers.skills import Listed


def show(rows: Sequence[Listed], console: Console) -> None:
    """A block a skill; optional inputs and results in brackets."""
    table = Table(box=None, header_style="bold", padding=(0, 1, 1, 0))
    for name in ("skill", "reads", "for", "state"):
        table.add_column(name, overflow="fold")
    for row in rows:
        inputs, takes = _named(row.inputs, row.optional), _named(dict.fromkeys(row.takes, ""), dict.fromkeys(row.may_take, ""))
        state = f"broken: {row.why}" if row.state == "broken" else "ok"
        made = f"{row.makes}\n{row.package} {row.version or '-'}" + (f", {row.cost_class}" if row.cost_class not in (None, "free") else "")
        reads = f"{inputs}\nresults of: {takes}" if takes != "-" else inputs
        table.add_row(
            Text.assemble((row.id, "bold"), "\n", (made, "dim")), Text(reads), Text("\n".join(row.personas) or "everybody"), Text(state)
        )
    console.print(table)


def as_json(rows: Sequence[Listed]) -> str:
    """For machines: the same as `GET /v1/skills` answers in `items`."""
    return json.dumps([row.model_dump(mode="json") for row in rows], indent=2, ensure_ascii=False)


def _named(needed: Mapping[str, str], optional: Mapping[str, str]) -> str:
    return ", ".join([*needed, *(f"[{name}]" for name in optional)]) or "-"
