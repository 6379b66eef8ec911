"""A journey remembers of its effects what it needs: what may have to be withdrawn, and which number comes next. No deed is used twice."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.effects import LIVE, MOST_KEPT, MOST_LIVE, EffectRef, kept, next_deed

STATUSES = ["confirmed", "in_doubt", "compensated", "failed"]
ORDERS = st.lists(st.tuples(st.sampled_from(["share", "order"]), st.sampled_from(STATUSES)), max_size=90)


@given(ORDERS)
def test_no_deed_comes_twice_however_many_were_ordered_and_none_that_may_be_out_there_is_let_go(orders: list[tuple[str, str]]) -> None:
    state: dict[str, EffectRef] = {}
    every: dict[str, EffectRef] = {}
    for step, status in orders:
        deed = next_deed(state, "j", step, "quote_request")
        assert deed not in every
        every[deed] = EffectRef(kind="quote_request", step=step, status=status)  # type: ignore[arg-type]
        state = kept(state, {deed: every[deed]})
    live = {deed for deed, ref in every.items() if ref.status in LIVE}
    assert live <= set(state) or len(live) > MOST_LIVE
    assert len(state) <= max(MOST_KEPT, min(len(live), MOST_LIVE) + 2)  # two steps, of each the newest
    assert {deed: state[deed] for deed in state} == {deed: every[deed] for deed in state}


def test_deciding_and_going_back_again_and_again_orders_another_each_time() -> None:
    state: dict[str, EffectRef] = {}
    deeds = []
    for _ in range(3 * MOST_KEPT):
        deeds.append(next_deed(state, "j", "share", "quote_request"))
        state = kept(state, {deeds[-1]: EffectRef(kind="quote_request", step="share", status="confirmed")})
        state = kept(state, {deeds[-1]: EffectRef(kind="quote_request", step="share", status="compensated")})
    assert deeds == [f"j/share.quote_request.{n}" for n in range(1, 3 * MOST_KEPT + 1)]
    assert len(state) == MOST_KEPT
