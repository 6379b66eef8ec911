"""What is said where something fell short: a model, its words, the budget, a step that can't be worked out."""

from journeys.messages import Line
from journeys.state import MOST_OWED
from providers.offline.page import Page

_WHOSE_BUDGET = {
    "journey": "The budget for language models of this journey",
    "tenant": "This month's budget for language models",
    "day": "Today's budget for language models",
}


def no_model(_page: Page, line: Line) -> str:
    match line.about:
        case "blocked":
            return "The language model withheld its answer to this, so I read it by my own rules."
        case "broken":
            return "The language model gave no answer that I can use, so I answer from my own rules and pages."
        case _:
            return "The language model can't be used at the moment, so I answer from my own rules and pages."


def cut_off(page: Page, line: Line) -> str:
    """`about`: "" where nothing of it can be shown."""
    shown = "so this is not the whole answer" if line.about else "before there was anything to show"
    why = "as you asked" if page.state.status in ("active", "dormant") else f"since the journey is {page.state.status}"
    return f"The reply was stopped here, {why}, {shown}. Your message is kept, and nothing was noted or decided from it."


def no_words(_page: Page, line: Line) -> str:
    match line.about:
        case "stopped":
            return "You stopped the words of the language model, so these are my own."
        case "blocked":
            return "The language model withheld its words on this, so these are my own."
        case "broken":
            return "The language model gave no words that I can use, so these are my own."
        case "over_budget":
            return "The budget for language models is spent, so these words are my own."
        case _:
            return "The language model can't be used at the moment, so these words are my own."


def owed(page: Page, _: Line) -> str:
    again = "The fuller answer comes here by itself" if page.state.status in ("active", "dormant") else "The fuller answer comes later"
    return f"{again}, once a model can be reached: you need not ask again."


def let_go(_page: Page, line: Line) -> str:
    return f"I keep {MOST_OWED} questions to answer later; the one of turn {line.about} is no longer among them, so please ask it again."


def made_good(_page: Page, line: Line) -> str:
    asked = f" “{line.names[0]}”" if line.names else f" your question of turn {line.about}"
    alone = f"Earlier, when no language model could be reached, I could only answer{asked} from my own rules and pages."
    return f"{alone} Here is the fuller answer."


def given_up(_page: Page, line: Line) -> str:
    asked = f"“{line.names[0]}”" if line.names else f"your question of turn {line.about}"
    if "blocked" in line.names[1:]:
        return f"The fuller answer to {asked} won't come: the language model withheld it. What I said from my own pages stands."
    return (
        f"I could not give you the fuller answer to {asked}: no language model gave one in all this time. Ask it again whenever you like."
    )


def not_taken(page: Page, line: Line) -> str:
    titles = [need.title.lower() for name in line.names if (need := page.need(name))]
    return (
        f"Only words come late: what you said then of {', '.join(titles)} is not noted by it. Say it again if it holds." if titles else ""
    )


def over_budget(page: Page, line: Line) -> str:
    whose = _WHOSE_BUDGET.get(next(iter(line.names), ""), _WHOSE_BUDGET["journey"])
    ours = next(iter(line.names), "") == "journey"
    if line.about == "stop":
        then = "until it is raised" if ours else "until there is more of it"
        return f"{whose} is spent. Your message is kept, and nothing more is done by models {then}."
    offer = " You can raise it." if line.about == "ask" and ours else ""
    return f"{whose} is spent, so I answer from my own rules and pages.{offer}"


def problem(page: Page, line: Line) -> str:
    why = page.state.steps[line.about].problem or "something it needs does not fit."
    return f"{page.title(line.about)} can't be worked out: {why} You can change what it builds on and I will try again at once."
