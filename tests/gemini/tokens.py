"""How many tokens something has, by a rule that a test can do in its head: four characters are one, a file is 258.

Gemini says about as much of English text (ai.google.dev/gemini-api/docs/tokens) and counts 258 for a picture of up to 384 pixels
(geminibyexample.com/027-calculate-input-tokens); both read 2026-11-22 as stored pages.
"""

from collections.abc import Iterable

from tests.gemini.asked import Json, text_of

CHARACTERS = 4
FILE = 258


def of_text(text: str) -> int:
    return -(-len(text) // CHARACTERS)


def of_contents(contents: Iterable[Json]) -> int:
    return sum(of_text(text_of(content)) + FILE * _files(content) for content in contents)


def _files(content: Json) -> int:
    return sum("inlineData" in part or "fileData" in part for part in content.get("parts", []))
