"""Safety as code: what can hurt somebody is found in words by words, before and after every reply. Pure; no model can switch it off.

    rules.py          every hazard: how dangerous, who does it, the permit, when to stop, the sentence that is said
    words.py          a text as plain tokens: misspellings mended, inflections undone
    tasks.py          what people want done, as verbs and things, and the rule that each falls under
    findings.py       `classify`: what a message speaks of; `work_stops`: what was found in the middle of the work
    instructions.py   `unsafe`, `guarded`: no reply, passage, result or document tells how dangerous work is done
    hands.py          `allowed_tasks`: do it yourself, with care, or hand it to a professional

Why it is so, and what it can't do: docs/decisions/0019-safety.md. What is said to whom: docs/safety.md.
"""

from journeys.safety.findings import Finding, Stop, classify, hazards_in, work_stops, year_built_in
from journeys.safety.hands import Assigned, Hands, allowed_tasks
from journeys.safety.instructions import Verdict, guarded, guarded_result, unsafe, withheld
from journeys.safety.rules import LEVELS, RULES, Level, Rule, at_least, emergency_number, is_forbidden, rule, sentence
from journeys.safety.tasks import TASKS, Task

__all__ = [
    "LEVELS",
    "RULES",
    "TASKS",
    "Assigned",
    "Finding",
    "Hands",
    "Level",
    "Rule",
    "Stop",
    "Task",
    "Verdict",
    "allowed_tasks",
    "at_least",
    "classify",
    "emergency_number",
    "guarded",
    "guarded_result",
    "hazards_in",
    "is_forbidden",
    "rule",
    "sentence",
    "unsafe",
    "withheld",
    "work_stops",
    "year_built_in",
]
