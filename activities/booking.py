"""What is said of a paid call in the ledger, and counted, whoever made it."""

from typing import Any

from temporalio import activity


def failed(error: Exception) -> dict[str, Any]:
    """Nothing that can be used came of it. Where it may be charged all the same, it is `lost`: what it may have cost stays spent."""
    return {"status": "failed", "error": type(error).__name__, "lost": getattr(error, "may_be_charged", True)}


def count_unknown_price() -> None:
    meter = activity.metric_meter()
    meter.create_counter("homeview_price_unknown_total", "Calls whose model has no price of its own").add(1)
