"""One vocabulary: every intent, action and skill that a template, an example or a reply names stands here; a test checks all of them."""

from dataclasses import dataclass
from typing import Final, Literal

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

# control: a move in the talk · tell: gives or changes what the journey holds · ask: passages or a result answer it · deed: a step or a
# skill does it, and until one does, it is answered like a question · talk: neither here nor there
Kind = Literal["control", "tell", "ask", "deed", "talk"]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a message wants: `title` completes "did you want to …?"."""

    title: str
    kind: Kind


# What a message can be about. journeys/intents.yaml holds examples of each, docs/decisions/0018-intents.md says where one ends and
# the next begins. Histories and turns may hold names that are gone: whoever looks one up asks first whether it is here.
INTENTS: Final[dict[str, Aim]] = {
    "accept": Aim("say yes", "control"),
    "decline": Aim("say no", "control"),
    "skip": Aim("skip this", "control"),
    "go_back": Aim("go back and change something", "control"),
    "pause": Aim("pause the journey", "control"),
    "resume": Aim("go on with the journey", "control"),
    "abandon": Aim("stop the journey for good", "control"),
    "switch_persona": Aim("be spoken to in another role", "control"),
    "ask_status": Aim("hear where we are", "control"),
    "give_details": Aim("give me some details", "tell"),
    "start_project": Aim("start a project", "tell"),
    "define_scope": Aim("say what is part of the work", "tell"),
    "change_budget": Aim("set or change the budget", "tell"),
    "upload_floor_plan": Aim("give me a floor plan", "tell"),
    "ask_question": Aim("ask a question", "ask"),
    "check_permits": Aim("know about permits, rules and inspections", "ask"),
    "get_diy_guide": Aim("hear how something is done", "ask"),
    "find_video": Aim("watch a video about it", "ask"),
    "troubleshoot": Aim("get help with something that went wrong", "ask"),
    "plan_tax": Aim("know about taxes", "ask"),
    "estimate_cost": Aim("hear what it costs", "deed"),
    "take_off": Aim("know how much material it takes", "deed"),
    "choose_style": Aim("talk about the style", "deed"),
    "choose_products": Aim("choose products", "deed"),
    "find_contractor": Aim("find a contractor", "deed"),
    "assess_diy": Aim("know what you could do yourself", "deed"),
    "build_twin": Aim("have a digital model of the home", "deed"),
    "analyse_photos": Aim("have photos looked at", "deed"),
    "assess_condition": Aim("know what condition the home is in", "deed"),
    "plan_maintenance": Aim("plan the upkeep", "deed"),
    "prioritise": Aim("decide what comes first", "deed"),
    "save_energy": Aim("save energy", "deed"),
    "make_document": Aim("get a document", "deed"),
    "analyse_investment": Aim("go through the numbers of a rental", "deed"),
    "rank_roi": Aim("know which work pays back best", "deed"),
    "phase_plan": Aim("do the work in phases", "deed"),
    "plan_portfolio": Aim("plan for several properties", "deed"),
    "small_talk": Aim("chat", "talk"),
    "out_of_scope": Aim("talk about something else", "talk"),
}


def of_kind(*kinds: Kind) -> frozenset[str]:
    """The names of the intents of these kinds."""
    return frozenset(name for name, aim in INTENTS.items() if aim.kind in kinds)


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
    "set_budget": "Set the budget for language models",
    "status": "See where the journey is",
    "results": "Read the results",
    "start": "Start another journey",
    "retry": "Send it again with the same Idempotency-Key",
    "send_again": "Send it again, though it may have arrived",
    "leave_it": "Leave it: it is not sent again",
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
    "unit_result": "what a renewed unit cost and brings, beside the plan",
    "month_result": "what a month left of its rent, urgent where it lost money",
    "refinance": "what a new loan would free, and whether a lower rate is worth asking for",
    "portfolio_tier": "how urgent a property is, and why",
    "tax_education": "the arithmetic of US depreciation, as education",
}

# What a decision may do in the world outside, as in "I sent …".
EFFECTS: Final[dict[str, str]] = {"quote_request": "the request for a quote"}

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
