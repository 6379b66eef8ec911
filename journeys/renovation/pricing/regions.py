"""Which price region a place is in, and its factor. Nothing is guessed: a place without a known factor is priced nationally, and says so.

Factors are house figures, illustrative, over national prices. States are grouped as the US Census Bureau groups them (Northeast,
Midwest, South; Mountain and Pacific divisions, the latter called west_coast). ZIP prefixes are those of the US Postal Service.
"""

from decimal import Decimal
from typing import Literal

from journeys.inputs import Frozen, Place

RegionId = Literal["northeast", "west_coast", "midwest", "south", "mountain", "national"]

FACTORS: dict[RegionId, Decimal] = {
    "northeast": Decimal("1.25"),
    "west_coast": Decimal("1.30"),
    "midwest": Decimal("0.90"),
    "south": Decimal("0.85"),
    "mountain": Decimal("0.95"),
    "national": Decimal("1.00"),
}
TITLES: dict[RegionId, str] = {
    "northeast": "Northeast",
    "west_coast": "West Coast",
    "midwest": "Midwest",
    "south": "South",
    "mountain": "Mountain",
    "national": "national",
}

_STATES_OF: dict[RegionId, str] = {
    "northeast": "CT MA ME NH NJ NY PA RI VT",
    "west_coast": "AK CA HI OR WA",
    "midwest": "IA IL IN KS MI MN MO ND NE OH SD WI",
    "south": "AL AR DC DE FL GA KY LA MD MS NC OK SC TN TX VA WV",
    "mountain": "AZ CO ID MT NM NV UT WY",
}
REGION_OF_STATE: dict[str, RegionId] = {state: region for region, states in _STATES_OF.items() for state in states.split()}

# First three digits of the ZIP, first and last of each block. Territories (PR, VI, GU) and military post (AA, AE, AP) have no region.
_ZIP_BLOCKS = """
005-005 NY  006-007 PR  008-008 VI  009-009 PR  010-027 MA  028-029 RI  030-038 NH  039-049 ME  050-054 VT  055-055 MA  056-059 VT
060-069 CT  070-089 NJ  090-098 AE  100-149 NY  150-196 PA  197-199 DE  200-200 DC  201-201 VA  202-205 DC  206-212 MD  214-219 MD
220-246 VA  247-268 WV  270-289 NC  290-299 SC  300-319 GA  320-339 FL  340-340 AA  341-342 FL  344-344 FL  346-347 FL  349-349 FL
350-352 AL  354-369 AL  370-385 TN  386-397 MS  398-399 GA  400-418 KY  420-427 KY  430-459 OH  460-479 IN  480-499 MI  500-516 IA
520-528 IA  530-532 WI  534-535 WI  537-549 WI  550-551 MN  553-567 MN  569-569 DC  570-577 SD  580-588 ND  590-599 MT  600-620 IL
622-629 IL  630-631 MO  633-641 MO  644-658 MO  660-662 KS  664-679 KS  680-681 NE  683-693 NE  700-701 LA  703-708 LA  710-714 LA
716-729 AR  730-731 OK  733-733 TX  734-741 OK  743-749 OK  750-770 TX  772-799 TX  800-816 CO  820-831 WY  832-838 ID  840-847 UT
850-853 AZ  855-857 AZ  859-860 AZ  863-865 AZ  870-871 NM  873-875 NM  877-884 NM  885-885 TX  889-891 NV  893-895 NV  897-898 NV
900-908 CA  910-928 CA  930-961 CA  962-966 AP  967-968 HI  969-969 GU  970-979 OR  980-986 WA  988-994 WA  995-999 AK
"""
_STATE_OF_PREFIX: dict[int, str] = {
    prefix: state
    for block, state in zip(_ZIP_BLOCKS.split()[::2], _ZIP_BLOCKS.split()[1::2], strict=True)
    for prefix in range(int(block[:3]), int(block[4:]) + 1)
}


class Region(Frozen):
    """`basis` says why this region; `assumption` is a sentence where the factor is not known or the place contradicts itself."""

    id: RegionId
    factor: Decimal
    basis: str
    assumption: str | None = None


def state_of_zip(postcode: str) -> str | None:
    """The state (or AA, AE, AP, GU, PR, VI) of a US ZIP or ZIP+4 by its first three digits; None for what is no ZIP."""
    digits = postcode.strip().split("-")[0]
    if len(digits) != 5 or not (digits.isascii() and digits.isdigit()):
        return None
    return _STATE_OF_PREFIX.get(int(digits[:3]))


def region_of(place: Place | None) -> Region:
    """The price region of a place: by US state, else by ZIP; otherwise national, with a sentence that says so."""
    if place is None:
        return _national("nobody said where the home is")
    where = ", ".join(part for part in (place.subdivision, place.postcode, place.country) if part)
    if place.country != "US":
        return _national(f"no regional factor known for {where}")
    by_zip = state_of_zip(place.postcode) if place.postcode else None
    state = place.subdivision or by_zip
    region = REGION_OF_STATE.get(state) if state else None
    if state is None or region is None:
        return _national(f"no regional factor known for {where}")
    basis = f"{state}: {TITLES[region]}, x{FACTORS[region]}"
    contradiction = by_zip is not None and by_zip != state
    said = f"The postcode {place.postcode} lies in {by_zip}, not in {state}; prices follow {state}." if contradiction else None
    return Region(id=region, factor=FACTORS[region], basis=basis, assumption=said)


def _national(why: str) -> Region:
    said = f"{why[0].upper()}{why[1:]}: priced at the national US level, without a factor."
    return Region(id="national", factor=FACTORS["national"], basis=why, assumption=said)
