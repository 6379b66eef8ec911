"""Where a home is, as far as a message says so beyond doubt: postcodes, states, provinces, and cities there is one of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from journeys.inputs import Place
from providers.offline.figures import Mention, before

STATES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|"
    "GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|"
    "MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|"
    "NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|"
    "SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"
)
PROVINCES = (
    "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|"
    "NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon"
)
# Large cities whose name alone says the state. Left out: names of several large places (Portland, Columbus, Vancouver, London).
CITIES = {
    "US": "AK anchorage|AZ phoenix, tucson, scottsdale|CA los angeles, san francisco, san diego, san jose, sacramento, oakland, fresno|"
    "CO denver, colorado springs|DC washington dc, washington d.c|FL miami, tampa, orlando, jacksonville, fort lauderdale|"
    "GA atlanta|HI honolulu|ID boise|IL chicago|IN indianapolis|LA new orleans|MA boston|MD baltimore|MI detroit, grand rapids|"
    "MN minneapolis, saint paul|MO saint louis, st. louis, st louis|NC charlotte, raleigh|NE omaha|NM albuquerque|NV las vegas, reno|"
    "NY new york city, nyc, brooklyn, manhattan, buffalo|OH cleveland, cincinnati|OK oklahoma city, tulsa|PA philadelphia, pittsburgh|"
    "TN nashville, memphis|TX austin, houston, dallas, san antonio, fort worth, el paso|UT salt lake city|"
    "WA seattle, tacoma, spokane, bellevue|WI milwaukee",
    "CA": "AB calgary, edmonton|BC burnaby|MB winnipeg|NS halifax|ON toronto, ottawa, mississauga, brampton|"
    "QC montreal, montréal, quebec city, québec|SK saskatoon, regina",
}
# Codes that are also English words, or something else in a house (CO detector, 12 V DC): they need a city or a question before them.
ALSO_WORD_LIST = """
    AL AK CO DC DE HI ID IN LA MA ME MO MS MT NE OH OK OR PA SC SD ND MD CT AB MB NB NL ON PE SK
"""
ALSO_WORDS = frozenset(ALSO_WORD_LIST.split())

CODES = {entry[:2]: "US" for entry in STATES.split("|")} | {entry[:2]: "CA" for entry in PROVINCES.split("|")}
NAMES = {entry[3:].lower(): (country, entry[:2]) for country, listed in (("US", STATES), ("CA", PROVINCES)) for entry in listed.split("|")}
TOWNS = {town: (country, entry[:2]) for country, listed in CITIES.items() for entry in listed.split("|") for town in entry[3:].split(", ")}
CALLED = re.compile(r"\b(?:" + "|".join(re.escape(name) for name in sorted(NAMES | TOWNS, key=len, reverse=True)) + r")(?![\w])")
# A Vermont slate, Carolina blue or Washington Street tells nothing of where the home is; Kansas City lies in two states.
NOT_THERE = re.compile(
    r"\s+(?:city|street|st\b|ave|avenue|road|boulevard|drive|lane|marble|slate|granite|limestone|style|blue|creeper|pine|cedar|oak)\b"
)
SMALL_CODE = "|".join(code.lower() for code in CODES if code not in ("IN", "OR", "ME", "OK", "HI"))
ZIP = re.compile(r"(?<![\w$.,-])([0-9]{5})(?:-[0-9]{4})?(?![\w%]|[.,][0-9])")
ZIP_BEFORE = re.compile(
    rf"(?:\b(?:zip|zipcode|postal|postcode|code|in|near|at|around|live|located|from)\b(?:\s|:|,|is\b)*|\b(?:{SMALL_CODE}),?\s)$"
)
STATE_BEFORE_ZIP = re.compile(rf"\b({SMALL_CODE}),?\s$")
CANADIAN = re.compile(r"\b([abceghj-nprstvxy][0-9][abceghj-nprstv-z])[ -]?([0-9][abceghj-nprstv-z][0-9])\b")
BRITISH = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?) ?([0-9][ABD-HJLNP-UW-Z]{2})\b")
CODE = re.compile(r"(?<![\w'-])[A-Z]{2}(?![\w'-])")
CITY_BEFORE = re.compile(r"\b[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*, ?$")


@dataclass(frozen=True)
class Mark:
    """One sign of a place: a state or a postcode."""

    start: int
    end: int
    country: str
    subdivision: str | None = None
    postcode: str | None = None


def places(text: str, folded: str, kind_asked: str | None) -> list[Mention]:
    """The place a message names: none or one, state and postcode together. Two states or two postcodes name none.

    `kind_asked`: of the need last asked for. As the answer for a place, "OR" or "98103" is one; for a sum, 98103 is none.
    """
    postcodes = list(postcode_marks(text, folded, kind_asked))
    states = list(state_marks(text, folded, kind_asked == "place", postcodes))
    countries = {mark.country for mark in postcodes or states}
    states = [mark for mark in states if mark.country in countries]
    codes, subdivisions = {mark.postcode for mark in postcodes}, {mark.subdivision for mark in states}
    if len(codes) > 1 or len(subdivisions) > 1 or len(countries) != 1:
        return []
    place = Place(country=countries.pop(), subdivision=next(iter(subdivisions), None), postcode=next(iter(codes), None))
    marks = sorted([*postcodes, *states], key=lambda mark: mark.start)
    # Where state and postcode stand far apart the span is the first sign's, so that no other value lies inside it.
    together = marks[-1].end - marks[0].start < 40
    return [Mention(place, marks[0].start, marks[-1].end if together else marks[0].end)]


def postcode_marks(text: str, folded: str, kind_asked: str | None) -> Iterator[Mark]:
    alone = len(folded.split()) == 1 and kind_asked is None
    names = {match.end() for match in CALLED.finditer(folded)}
    for match in ZIP.finditer(folded):
        behind_a_name = len(folded[: match.start()].rstrip(" ,")) in names  # "Seattle, 98101"
        said = kind_asked == "place" or alone or behind_a_name or ZIP_BEFORE.search(before(folded, match.start(), 20))
        if said and 501 <= int(match[1]) <= 99950:
            yield Mark(match.start(), match.end(), "US", postcode=match[1])
    for match in CANADIAN.finditer(folded):
        yield Mark(match.start(), match.end(), "CA", postcode=f"{match[1]} {match[2]}".upper())
    capitals = text.upper() if kind_asked == "place" and len(text.upper()) == len(text) else text
    for match in BRITISH.finditer(capitals):
        yield Mark(match.start(), match.end(), "GB", postcode=f"{match[1]} {match[2]}")


def state_marks(text: str, folded: str, asked: bool, postcodes: list[Mark]) -> Iterator[Mark]:
    for match in CALLED.finditer(folded):
        if not NOT_THERE.match(folded, match.end()):
            country, code = TOWNS.get(match[0]) or NAMES[match[0]]
            yield Mark(match.start(), match.end(), country, code)
    for match in CODE.finditer(text):
        if match[0] in CODES and is_meant(text, match, asked):
            yield Mark(match.start(), match.end(), CODES[match[0]], match[0])
    for postcode in postcodes:  # "wa 98103": beside its postcode even a small code is one
        beside = STATE_BEFORE_ZIP.search(before(folded, postcode.start, 5))
        if beside and CODES[beside[1].upper()] == postcode.country:
            start = postcode.start - len(beside[0])
            yield Mark(start, start + 2, postcode.country, beside[1].upper())


def is_meant(text: str, code: re.Match[str], asked: bool) -> bool:
    """Whether two capitals are a state here: as the answer to the question, behind "Portland, ", or being no word at all."""
    if asked and len(text.split()) <= 3:
        return True
    if text.isupper():
        return False
    return bool(CITY_BEFORE.search(before(text, code.start()))) or code[0] not in ALSO_WORDS
