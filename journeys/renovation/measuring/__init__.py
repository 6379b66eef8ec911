"""How much of what: areas, runs, take-off by room and by trade, and whether figures hold together."""
