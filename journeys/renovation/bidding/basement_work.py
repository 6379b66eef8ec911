"""The thirteen trade sections of a finished basement, as data. Prices are the book's, else house figures; hours are house rules.

Measures: floor_sqft, partition_ft, drywall_sqft (net), bathrooms, bedrooms (each needs a way out), wet_bars and one.
"""

from decimal import Decimal

from journeys.renovation.pricing.lines import Row

D = Decimal

SECTIONS = (
    "Preparation",
    "Framing",
    "Egress",
    "Insulation",
    "Electrical",
    "Plumbing",
    "Heating and air",
    "Drywall",
    "Doors and trim",
    "Flooring",
    "Bathroom finishes",
    "Painting",
    "Permits and clean-up",
)
(PREP, FRAME, EGRESS, INSULATE, ELECTRIC, PLUMB, HVAC, BOARD, TRIM, FLOOR, BATH, PAINT, CLOSE) = SECTIONS

ROWS: tuple[Row, ...] = (
    Row(PREP, "moisture", "Moisture check, sealing and protection", "floor_sqft", "sq ft", unit_cents=75, trade="framing", hours=D("0.02")),
    Row(FRAME, "partitions", "Frame partitions", "partition_ft", "LF", unit_cents=16_00, trade="framing", hours=D("0.7")),
    Row(EGRESS, "egress_window", "Egress window with well", "bedrooms", "ea", unit_cents=1_800_00, trade="egress", hours=D(24)),
    Row(INSULATE, "insulation", "Insulate and seal walls", "floor_sqft", "sq ft", unit_cents=1_50, trade="insulation", hours=D("0.03")),
    Row(
        ELECTRIC,
        "circuits",
        "Circuits, outlets, lights and detectors",
        "floor_sqft",
        "sq ft",
        unit_cents=3_50,
        trade="electrician",
        hours=D("0.08"),
    ),
    Row(PLUMB, "bath_rough_in", "Rough-in of a bathroom", "bathrooms", "ea", unit_cents=900_00, trade="plumber", hours=D(28)),
    Row(PLUMB, "bar_rough_in", "Rough-in of a wet bar", "wet_bars", "ea", unit_cents=350_00, trade="plumber", hours=D(12)),
    Row(HVAC, "ducts", "Extend ducts, returns and an exhaust", "floor_sqft", "sq ft", unit_cents=2_00, trade="hvac", hours=D("0.035")),
    Row(
        BOARD,
        "drywall",
        "Hang and finish drywall",
        "drywall_sqft",
        "sq ft",
        per=D("1.1"),
        price="drywall.sheet",
        trade="drywall",
        hours=D("0.045"),
    ),
    Row(TRIM, "doors", "Inside doors", "doors", "ea", unit_cents=280_00, trade="framing", hours=D(4)),
    Row(TRIM, "baseboard", "Baseboard and casing", "partition_ft", "LF", per=D(2), unit_cents=2_50, trade="framing", hours=D("0.05")),
    Row(
        FLOOR,
        "vinyl_floor",
        "Vinyl plank floor with underlay",
        "floor_sqft",
        "sq ft",
        per=D("1.1"),
        price="floor.vinyl",
        trade="floor",
        hours=D("0.06"),
    ),
    Row(BATH, "bath_fixtures", "Toilet, vanity and faucet", "bathrooms", "ea", unit_cents=1_050_00, trade="plumber", hours=D(8)),
    Row(BATH, "bath_tile", "Tile a floor and a shower", "bathrooms", "ea", unit_cents=900_00, trade="tile", hours=D(30)),
    Row(BATH, "bar_cabinets", "Cabinets and counter of a wet bar", "wet_bars", "ea", unit_cents=2_000_00, trade="framing", hours=D(10)),
    Row(PAINT, "paint", "Prime and paint, two coats", "drywall_sqft", "sq ft", unit_cents=25, trade="painter", hours=D("0.03")),
    Row(CLOSE, "building_permit", "Building permit", "one", "ea", unit_cents=800_00, fee=True),
    Row(CLOSE, "electrical_permit", "Electrical permit", "one", "ea", unit_cents=250_00, fee=True),
    Row(CLOSE, "plumbing_permit", "Plumbing permit", "one", "ea", unit_cents=200_00, fee=True),
    Row(CLOSE, "final_inspection", "Final inspection", "one", "ea", unit_cents=150_00, fee=True),
    Row(CLOSE, "clean_up", "Debris and final cleaning", "floor_sqft", "sq ft", unit_cents=1_00, trade="framing", hours=D("0.02")),
)
