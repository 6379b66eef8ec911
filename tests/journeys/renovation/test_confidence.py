from decimal import Decimal as D

import pytest

from journeys.renovation.measuring.confidence import estimate_confidence, twin_completeness


@pytest.mark.parametrize(
    ("known", "value", "ask"),
    [
        ({}, "0.5", True),
        ({"dimensions": True}, "0.7", False),
        ({"materials": True}, "0.65", True),
        ({"dimensions": True, "materials": True, "labour": True}, "1", False),
        ({"dimensions": True, "materials": True, "labour": True, "complexity": "simple"}, "1", False),
        ({"dimensions": True, "complexity": "complex"}, "0.6", True),
        ({"complexity": "simple"}, "0.6", True),
    ],
)
def test_confidence_grows_with_what_is_known(known, value, ask):  # 3x
    found = estimate_confidence(**{"dimensions": False, "materials": False, "labour": False, **known})
    assert (found.value, found.ask) == (D(value), ask)
    assert set(found.missing) == {"dimensions", "materials", "labour"} - set(known)


def test_a_twin_is_as_complete_as_its_parts():  # 3v
    assert twin_completeness(dict.fromkeys(("plan", "rooms", "photos", "materials", "fixtures", "products"), D(1))) == 1
    assert twin_completeness({"plan": D(1), "rooms": D(1), "photos": D("0.5")}) == D("0.6")
    assert twin_completeness({}) == 0
    assert twin_completeness({"photos": D(7)}) == D("0.2")
    with pytest.raises(KeyError):
        twin_completeness({"garden": D(1)})
