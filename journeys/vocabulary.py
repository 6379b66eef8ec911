"""One vocabulary: every intent, action and skill that a template, an example or a reply names stands here; a test checks all of them."""

from typing import Final

# For whom HomeView speaks. A journey has one, out of those its template names; a knowledge page may name those it is for.
PERSONAS: Final[dict[str, str]] = {
    "homeowner": "renovates the home they live in, and hires most of it out",
    "diy_worker": "does what is safe and allowed with their own hands",
    "contractor": "does the work for others, licensed where that is asked for",
    "investor": "lets or sells homes, and asks what pays",
    "admin": "looks after templates and switches",
}

# As in "you sound like …".
CALLED: Final[dict[str, str]] = {
    "homeowner": "a homeowner",
    "diy_worker": "somebody who does the work",
    "contractor": "a contractor",
    "investor": "an investor",
    "admin": "one of the staff",
}

# What a message can be about. journeys/intents.yaml holds examples of each; the engine knows what each does.
INTENTS: Final[dict[str, str]] = {
    "start_project": "start a project",
    "give_details": "give me some details",
    "ask_question": "ask a question",
    "accept": "say yes",
    "decline": "say no",
    "skip": "skip this",
    "ask_status": "hear where we are",
    "go_back": "go back and change something",
    "estimate_cost": "hear what it costs",
    "find_contractor": "find a contractor",
    "assess_diy": "know what you could do yourself",
    "choose_style": "talk about the style",
    "choose_products": "choose products",
    "change_budget": "change the budget",
    "switch_persona": "say in which capacity you are here",
    "pause": "pause the journey",
    "abandon": "stop the journey for good",
    "small_talk": "chat",
    "out_of_scope": "talk about something else",
}

# What a person can do next, and how it is labelled where nothing better is known.
ACTIONS: Final[dict[str, str]] = {
    "answer": "Answer the question",
    "decide": "Decide",
    "go_back": "Go back to an earlier step",
    "skip": "Skip this step",
    "keep": "Keep it as it is",
    "pause": "Pause the journey",
    "resume": "Resume the journey",
    "abandon": "End the journey",
    "switch_persona": "Go on as somebody else",
    "status": "See where the journey is",
    "results": "Read the results",
    "start": "Start another journey",
    "retry": "Send it again with the same Idempotency-Key",
    "new_key": "Send it with a new Idempotency-Key",
    "wait": "Wait for the reply",
    "versions": "See the versions of this template",
    "mend": "Mend the template and send it with a new Idempotency-Key",
}

# Our own skills, and what each says it makes; pyproject.toml registers them. Those of other packages join at run time.
SKILLS: Final[dict[str, str]] = {
    "take_off": "quantities of material from the room's measures",
    "estimate": "an estimate of cost from quantities and chosen products",
    "paint_plan": "gallons of paint and primer and a shopping list",
    "tile_take_off": "boxes of tile for a wall run or a floor",
    "flooring_take_off": "boxes of flooring for one room or several",
    "counter_cuts": "which piece of counter comes from which slab",
    "bathroom_take_off": "quantities of material from a bathroom's measures",
    "basement_take_off": "quantities of framing, drywall and floor from a basement's measures",
    "area_check": "what doesn't add up among rooms, floor, bathrooms and scope",
    "code_flags": "measures against common code figures, where the country's are known",
    "work_schedule": "a schedule with its critical path, gates and range",
    "fixture_fit": "whether a product fits a space, and what smaller one would",
    "estimate_confidence": "how far an estimate can be trusted, and what would make it surer",
    "contractor_estimate": "a bid by trade section with overhead, profit and contingency, beside the client's maximum",
    "value_options": "which changes together bring a bid down to the budget, every combination added up",
    "change_order": "the price, the space and the days of each combination of changes",
    "proposal": "a price with its payments and the day until which it holds",
    "quote_comparison": "up to three quotes beside the estimate and the budget, and what to ask each",
    "rough_range": "what a room roughly costs before anything is measured, and what to ask next",
    "budget_check": "whether the budget is enough, and three ways on where it is not",
    "bathroom_estimate": "an estimate of a bathroom by scope, with its contingency and the usual shares of its budget",
    "diy_budget": "a shopping list that fits the budget, and which day holds what",
    "priorities": "projects in their order within the budget, safety first, with months",
    "maintenance_plan": "care with its due days, how long the systems last, and a yearly reserve",
    "energy_plan": "cost, saving and payback of energy upgrades, the quickest first",
    "investment_baseline": "cash flow, cash-on-cash, cap rate and rent gap of a let property",
    "investment_options": "improvements of rented homes by return and payback, what can't be done apart",
    "investment_packages": "packages as sums of their parts, projected and stressed",
    "rental_phasing": "rent, costs and cash month by month, and how much has to lie ready",
    "refinance": "what a new loan would free, and whether a lower rate is worth asking for",
    "portfolio_tier": "how urgent a property is, and why",
    "tax_education": "the arithmetic of US depreciation, as education",
}

# What somebody outside can tell a journey, through the API: it brings the inputs of the step that waits for it.
FACTS: Final[dict[str, str]] = {
    "quote_received": "a quote came in",
    "permit_decided": "the authority decided on a permit",
    "delivery_arrived": "what was ordered arrived",
    "inspection_done": "an inspector has been there",
    "lease_ended": "a tenant moved out",
    "work_reported": "somebody reported on the work",
    "client_answered": "the client answered",
}
