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
    "status": "See where the journey is",
    "results": "Read the results",
    "start": "Start another journey",
    "retry": "Send it again with the same Idempotency-Key",
    "new_key": "Send it with a new Idempotency-Key",
    "wait": "Wait for the reply",
}

# What the engine can run, and what each skill says it makes. The functions are registered in activities/skills.py.
SKILLS: Final[dict[str, str]] = {
    "take_off": "quantities of material from the room's measures",
    "estimate": "an estimate of cost from quantities and chosen products",
}
