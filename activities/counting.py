"""What operators are told of the models in figures."""

from typing import Final

from temporalio import activity

from providers.breaker import Breaker, State

STATES: Final[tuple[State, ...]] = ("closed", "half_open", "open")


def count(breaker: Breaker, failure: str = "") -> None:
    """A failure by engine and kind, and how the engine's breaker stands."""
    if failure:
        counter = activity.metric_meter().create_counter(
            "homeview_model_failures", "Calls of models that gave nothing, by engine and kind of failure"
        )
        counter.add(1, {"engine": breaker.engine, "kind": failure})
    show(breaker.engine, breaker.state)


def show(engine: str, state: State) -> None:
    gauge = activity.metric_meter().create_gauge("homeview_breaker_state", "0: calls go through, 1: one probe does, 2: none does")
    gauge.set(STATES.index(state), {"engine": engine})


def show_silence(engine: str, seconds: float) -> None:
    gauge = activity.metric_meter().create_gauge_float(
        "homeview_model_silence_seconds", "Since an answer of the model or a check of it that went well, whichever was later."
    )
    gauge.set(seconds, {"engine": engine})


def count_unknown_price() -> None:
    """Under a name to which the SDK adds `_total`."""
    activity.metric_meter().create_counter("homeview_price_unknown", "Calls whose model has no price of its own").add(1)
