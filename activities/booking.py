"""What is said of a paid call in the ledger, whoever made it."""

from typing import Any


def failed(error: Exception) -> dict[str, Any]:
    """Nothing that can be used came of it. Where it may be charged all the same, it is `lost`: what it may have cost stays spent."""
    return {"status": "failed", "error": type(error).__name__, "lost": getattr(error, "may_be_charged", True)}
