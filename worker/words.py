"""What the timeline, a refusal and a time say to a person, and how our command is called here."""

import os
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

DOABLE: Final = {
    "retry": "send it again",
    "new_key": "send it again (the arrow up brings it back)",
    "status": "see where things stand with /status",
    "resume": "go on with /resume",
    "abandon": "end it for good with /end",
    "decide": "choose one of what is offered",
    "go_back": "go back to a step with /back",
    "results": "read the results with /results",
    "set_budget": "raise what its language models may cost with /budget",
    "start": "start another journey with `homeview chat`",
    "wait": "wait for the reply",
}
_HAPPENED: Final = {
    "began": "the journey began",
    "noted": "noted: {names}",
    "made": "worked out: {step}",
    "chosen": "decided {step}: {names}",
    "default_chosen": "time was up, went on by itself with {step}: {names}",
    "went_back": "went back to {step}",
    "kept": "kept {step} as it was",
    "skipped": "skipped {step}",
    "question": "answered a question",
    "status": "told where things stand",
    "clarify": "asked what was meant",
    "problem": "{step} could not be worked out",
    "remind": "reminded of {step}",
    "nudge": "reminded that it is waiting",
    "escalated": "the time to decide on {step} passed",
    "dormant": "went to rest after a long silence",
    "sent_out": "sent out what you decided on",
    "kept_here": "kept for you to send",
    "not_sent": "could not be sent",
    "not_sent_yet": "waits to be sent",
    "in_doubt": "may or may not have gone out",
    "left": "left it as it is",
    "came_out": "found out that it had gone out",
    "sent_late": "sent later what could not be sent before",
    "withdrawn_late": "withdrew later what could not be withdrawn before",
    "withdrawn": "withdrew it",
    "not_withdrawn": "could not be withdrawn",
    "budget_set": "what its language models may cost was set to {names} US dollars",
    "over_budget": "no budget covered asking a language model",
    "welcome_back": "welcomed back",
    "paused": "paused",
    "resumed": "went on",
    "abandoned": "ended for good",
    "completed": "the journey was completed",
    "out_of_bounds": "left out what did not look right",
    "how_to": "told how to do it",
    "small_talk": "talked",
    "out_of_scope": "told that this is outside of what it does",
    "converse": "heard something that changed nothing",
    "provide": "was given details that changed nothing",
    "refused": "refused what could not be done then",
    "stopped": "stopped before it was done",
    "cut_off": "stopped before the reply was whole",
    "nothing_to_stop": "found nothing to stop",
    "owed": "a fuller answer is owed",
    "let_go": "too much was owed, so the oldest was let go",
    "made_good": "answered more fully what was asked earlier",
    "given_up": "gave up on a fuller answer",
    "not_taken": "what was said then is not noted late",
    "failed": "something went wrong; what was sent is kept",
}


def happening(entry: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """One entry of the timeline as a person would say it."""
    names = ", ".join(name.replace("_", " ") for name in entry["detail"].get("names") or [])
    step = titles.get(entry["about"], entry["about"]).lower()
    kind = str(entry["kind"])
    return _HAPPENED.get(kind, kind.replace("_", " ")).format(names=names or "nothing new", step=step)


def moment(iso: str) -> str:
    """A time as the person's clock shows it; without the day where it is today."""
    at, now = datetime.fromisoformat(iso).astimezone(), datetime.now().astimezone()
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at.day} {at:%b %H:%M}" if at.year == now.year else f"{at.day} {at:%b %Y}"


def our_command() -> str:
    """From the folder where this was started, in a terminal that knows nothing of our environment."""
    return "homeview" if shutil.which("homeview") else os.path.relpath(Path(sys.executable).parent / "homeview")
