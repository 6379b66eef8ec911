import pytest

from journeys.inputs import Place
from journeys.renovation.pricing.regions import FACTORS, REGION_OF_STATE, region_of, state_of_zip


def us(subdivision=None, postcode=None):
    return Place(country="US", subdivision=subdivision, postcode=postcode)


def test_all_fifty_states_and_the_district_have_a_region():
    assert len(REGION_OF_STATE) == 51
    assert set(REGION_OF_STATE.values()) == set(FACTORS) - {"national"}


@pytest.mark.parametrize(
    ("postcode", "state", "region"),
    [
        ("98101", "WA", "west_coast"),
        ("02139", "MA", "northeast"),
        ("10001-1234", "NY", "northeast"),
        ("60614", "IL", "midwest"),
        ("78701", "TX", "south"),
        ("79901", "TX", "south"),
        ("88595", "TX", "south"),
        ("80202", "CO", "mountain"),
        ("20001", "DC", "south"),
        ("99501", "AK", "west_coast"),
        ("83702", "ID", "mountain"),
    ],
)
def test_a_zip_gives_state_and_region(postcode, state, region):
    assert state_of_zip(postcode) == state
    found = region_of(us(postcode=postcode))
    assert (found.id, found.factor, found.assumption) == (region, FACTORS[region], None)


@pytest.mark.parametrize(
    "place",
    [
        Place(country="CA", subdivision="ON"),
        Place(country="GB", postcode="N1 9GU"),
        us("PR"),
        us(postcode="00901"),
        us(postcode="00001"),
        us(postcode="9810"),
        us(postcode="٩٨١٠١"),
        us("XX"),
    ],
)
def test_a_place_without_a_factor_is_national_and_says_so(place):
    found = region_of(place)
    assert (found.id, found.factor) == ("national", 1)
    assert "No regional factor known" in found.assumption


def test_no_place_is_national_and_says_so():
    assert region_of(None).id == "national"
    assert "Nobody said where" in region_of(None).assumption


def test_a_state_that_its_postcode_contradicts_is_said():
    found = region_of(us("OR", "98101"))
    assert found.id == "west_coast"
    assert "98101 lies in WA, not in OR" in found.assumption
