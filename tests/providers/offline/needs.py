"""The inputs of other journeys than a kitchen, as the tests of reading use them."""

from decimal import Decimal
from typing import Any

from journeys.inputs import Kind, Need, Option
from tests.providers.offline.kitchen import KITCHEN, a_choice


def a_list(name: str, ask: str, cues: list[str], **options: list[str]) -> Need:
    listed = [Option(id=key, title=key.replace("_", " ").capitalize(), words=words) for key, words in options.items()]
    return Need(name=name, kind="choices", title=name, ask=ask, cues=cues, options=listed)


def a_need(name: str, kind: Kind, ask: str, *cues: str, least: int | None = None, most: int | None = None) -> Need:
    bounds: dict[str, Any] = {"at_least": Decimal(least) if least else None, "at_most": Decimal(most) if most else None}
    return Need(name=name, kind=kind, title=name.replace("_", " "), ask=ask, cues=list(cues), **bounds)


BATHROOM = [
    a_need("budget", "money", "What may it cost?", "budget", "spend", "cost", least=50),
    a_need("deadline", "day", "When must it be done?", "deadline", "done by", "finished by", "ready by", "finish by"),
    a_choice(
        "ownership", ["own", "rent", "home"], own=["owner", "homeowner", "it's mine"], rent=["renter", "renting", "tenant", "landlord"]
    ),
    a_list(
        "wishes",
        "What would you like to change?",
        ["change", "wish", "update"],
        paint=["painting", "repaint", "new colour", "new color"],
        light=["light fixture", "lighting", "vanity light"],
        mirror=[],
        hardware=["towel bar", "handles", "hooks", "knobs"],
        vanity=["sink cabinet"],
        tile=["retile", "floor tile", "tiling"],
    ),
    a_need("room_size", "room_size", "How long and how wide is the bathroom?", "bathroom", "room", least=3, most=40),
    a_need("ceiling_height", "length", "How high is the ceiling?", "ceiling", "high", "tall", least=6, most=20),
    a_need("vanity_width", "length", "How wide is the vanity?", "vanity", least=1, most=10),
    a_list(
        "problems",
        "Do you see any of these: moisture, mould, a soft wall, a leak, cracked tiles?",
        ["problem", "issue", "notice"],
        moisture=["damp", "condensation"],
        mould=["mold", "black spots"],
        soft_wall=["spongy wall"],
        leak=["leaking", "drip", "dripping"],
        cracked_tile=["broken tile", "loose tile"],
    ),
    a_choice("finish", ["finish", "paint"], matte=["flat"], satin=[], semi_gloss=["semi-gloss"]),
]

HOME = [
    a_need("year_built", "count", "In which year was the home built?", "built", "constructed", least=1700, most=2100),
    a_need("home_area", "area", "How large is the home?", "house", "home", "living area", "living space", least=200, most=20_000),
    a_need("storeys", "count", "How many storeys does it have?", "storey", "story", "stories", "level", most=6),
    a_need("rooms", "count", "How many rooms are there?", "room", most=60),
    a_need("budget", "money", "What can you spend in all?", "budget", "spend", least=500),
    a_need("horizon", "weeks", "Over what time do you want to spread it?", "horizon", "over", "spread", "within"),
    a_list(
        "goals",
        "What matters to you?",
        ["goal", "matter", "important", "priority"],
        comfort=["comfortable"],
        value=["resale", "resale value"],
        energy=["energy savings", "lower bills", "efficiency"],
        safety=["safe"],
        looks=["appearance", "style"],
    ),
    a_list(
        "projects",
        "Which projects do you have in mind?",
        ["project", "renovate", "redo"],
        kitchen=[],
        bathroom=["bath", "bathrooms"],
        roof=["roofing"],
        windows=[],
        insulation=["insulate", "insulating"],
        flooring=["floors", "new floors"],
        electrical=["wiring", "rewire"],
    ),
    a_need("furnace_age", "count", "How old is the furnace, in years?", "furnace", "heating", "hvac", most=80),
    a_need("roof_age", "count", "How old is the roof, in years?", "roof", "shingles", most=100),
    a_need("water_heater_age", "count", "How old is the water heater, in years?", "water heater", "hot water tank", most=60),
    a_need("energy_cost", "money", "What do you pay for energy a year?", "energy", "utilities", "gas and electric"),
    a_need("upkeep", "money", "What can you set aside for upkeep a month?", "upkeep", "maintenance", "set aside"),
]

SCOPING = [
    a_need("basement_area", "area", "How large is the basement?", "basement", "area", "space", least=50, most=10_000),
    a_need("ceiling_height", "length", "How high is the ceiling?", "ceiling", "headroom", "high", least=5, most=20),
    a_list(
        "rooms_wanted",
        "Which rooms does the client want?",
        ["want", "room", "add"],
        bedroom=[],
        bathroom=["bath", "full bath"],
        family_room=["rec room", "family area"],
        wet_bar=["bar"],
        storage=["storage room"],
        office=["home office"],
        laundry=["laundry room"],
    ),
    a_list(
        "in_place",
        "What is there already: plumbing rough-in, egress window, room in the panel, ducts?",
        ["already", "there is", "existing"],
        plumbing_rough_in=["rough-in", "rough plumbing", "rough-ins"],
        egress=["egress window"],
        panel=["panel capacity", "room in the panel"],
        ducts=["ductwork", "hvac"],
    ),
    a_need("budget", "money", "What is the client's budget?", "budget", "spend", least=500),
    a_need("deadline", "day", "By when must it be finished?", "deadline", "done by", "finished by", "completed by"),
    a_need("overhead", "percent", "What are overhead and profit, in percent?", "overhead", "profit", "o&p", "markup", most=100),
    a_need("contingency", "percent", "What contingency do you add, in percent?", "contingency", most=50),
    a_need("deposit", "percent", "What deposit do you ask for, in percent?", "deposit", "upfront", most=100),
    a_need("labour_rate", "money", "What do you charge for labour an hour?", "labour", "labor", "hourly rate"),
    a_need("crew", "count", "How many people will work there?", "crew", "people", "guys", most=30),
]

DUPLEX = [
    a_need("price", "money", "What is the purchase price?", "price", "purchase", "paid", "bought", "asking", least=10_000),
    a_need("down", "percent", "How much do you put down, in percent?", "down", "down payment", most=100),
    a_need("rate", "percent", "What is the interest rate?", "rate", "interest", most=30),
    a_need("term_years", "count", "Over how many years does the loan run?", "term", "loan", "mortgage", "fixed", most=50),
    a_need("taxes", "money", "What are the property taxes a year?", "tax", "taxes", "property taxes"),
    a_need("insurance", "money", "What does the insurance cost a year?", "insurance"),
    a_need("rent", "money", "What rent does each unit bring a month?", "rent", "rents", "rented"),
    a_need("market_rent", "money", "What rent a month do you expect for each unit afterwards?", "market rent", "target", "could get"),
    a_need("maintenance", "percent", "What share of the rent goes into maintenance, in percent?", "maintenance", "repairs", most=100),
    a_need("vacancy", "percent", "What vacancy do you reckon with, in percent?", "vacancy", "vacant", most=100),
    a_need("units", "count", "How many units are there?", "unit", "units", most=20),
    a_need("unit_area", "area", "How large is each unit?", "unit", "units", "each", least=100, most=5_000),
    a_need("year_built", "count", "In which year was it built?", "built", "constructed", least=1700, most=2100),
    a_need("lease_end", "day", "When does the lease end?", "lease", "leases"),
    a_list(
        "upgrades",
        "Which upgrades do you want compared?",
        ["upgrade", "option", "improvement"],
        paint=["painting", "fresh paint"],
        kitchen=["kitchens", "kitchen refresh"],
        flooring=["floors", "lvp", "vinyl plank"],
        bathroom=["bath", "bathrooms"],
        appliances=["new appliances"],
        washer_dryer=["washer and dryer", "in-unit laundry", "laundry hookups"],
        lighting=["lights", "new lights"],
        exterior=["curb appeal", "landscaping"],
    ),
    a_choice("tenants", ["tenant", "rent to"], students=["student"], families=["family"], professionals=["young professionals"]),
]

JOURNEYS = {"kitchen": KITCHEN, "bathroom": BATHROOM, "home": HOME, "scoping": SCOPING, "duplex": DUPLEX}
