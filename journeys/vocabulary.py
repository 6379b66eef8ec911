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
    "status": "See where the journey is",
    "results": "Read the results",
    "start": "Start another journey",
    "retry": "Send it again with the same Idempotency-Key",
    "new_key": "Send it with a new Idempotency-Key",
    "wait": "Wait for the reply",
    "versions": "See the versions of this template",
    "mend": "Mend the template and send it with a new Idempotency-Key",
}

# What the engine can run, and what each skill says it makes. The functions are registered in activities/skills.py.
SKILLS: Final[dict[str, str]] = {
    "take_off": "quantities of material from the room's measures",
    "estimate": "an estimate of cost from quantities and chosen products",
}
