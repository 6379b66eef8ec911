"""The words sent to models, one file each. A change of the words is a change of `version`: every call records which it was asked by."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Name = Literal["answer", "reply", "repair"]


@dataclass(frozen=True)
class Prompt:
    id: str
    version: int
    text: str

    @property
    def name(self) -> str:
        """As a call records it: answer@1."""
        return f"{self.id}@{self.version}"


@cache
def prompt(name: Name) -> Prompt:
    _, head, text = (Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.strip().splitlines())
    return Prompt(fields["id"], int(fields["version"]), text.strip())
