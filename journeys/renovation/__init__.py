"""The numeric core of renovation: from measures and choices to quantities, money and days. Pure; every figure has its source or its rule.

    measuring/     how much of what
    pricing/       what it costs
    building/      whole jobs: what comes first, when, and how long it lasts
    bidding/       a contractor's side of it
    letting/       a let property's
    *_skills.py    what templates run, each with its manifest; skills.py has the kitchen's
    *_pages.py     a kept result as text for people; pages.py knows them all

Each folder builds on those above it. A skill reads what it was given by given.py and money_inputs.py, and refuses by errors.py.
"""
