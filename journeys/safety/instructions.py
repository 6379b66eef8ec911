"""Whether a text tells how dangerous work is done, decided by its words. No level of a persona and no promise of a message opens it.

A *step* is a verb of hand work that is told rather than reported: an imperative, "you can …", "by …ing", "start to …". It is unsafe
where what the verb takes falls under a rule that nobody is told the work of; or where the verb is one of plain handiwork (unscrew, splice)
on the parts and tools of such a rule, or on "it", in a text or an answer about that rule. Not steps: what is forbidden ("do not cut"),
what is left to a professional ("let a fitter cap it"), what is asked or only supposed ("if you move the line"), and calling for help.
Information (cost, permits, time, whom to ask) is no step and is never withheld.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from journeys.safety.findings import NAMED, year_built_in
from journeys.safety.handiwork import (
    ACTS,
    ALL_OF_IT,
    ALSO_NOUNS,
    ARTICLES,
    ASKS,
    DENIES,
    DIVIDERS,
    FILLERS,
    FORBIDS,
    HANDIWORK,
    HOLLOW,
    IN_ORDER,
    LEADS_TO_ING,
    LEADS_TO_TO,
    LEFT_TO,
    LETS,
    LOOSE,
    MODALS,
    NAMES_A_THING,
    OPENERS,
    PARTS,
    PARTS_OF,
    PAYS,
    PEOPLE,
    PRO,
    PRONOUNS,
    RUNS,
    SAFE_ACTS,
    SENDS,
    SUPPOSES,
    SURE_HANDIWORK,
    SWAPS,
    TAKEN,
    TRADE_WORDS,
)
from journeys.safety.lexicon import NOUNS, THINGS
from journeys.safety.rules import RULES, is_forbidden, rule, sentence
from journeys.safety.tasks import TASKS, VERBS, Bound, bound
from journeys.safety.words import PAUSES, Token, joined, tokens


class Verdict(NamedTuple):
    """`withheld`: may not be shown. Else it may, with the rule's sentence beside it."""

    rule: str
    withheld: bool


_PLAIN_ENGLISH: Final = frozenset(
    """
    the a an of to and is are it in for on that this with you your be or as not can by from at who what if before then do i
    will has have up them off any no so
    """.split()
)
_FEWEST_WORDS: Final = 8
REPORTS: Final = 4  # sentences of handiwork in a text about one rule that make a guide, whoever is said to do it


def unsafe(text: str, found: Iterable[str] = (), year_built: int | None = None, *, answers: bool = False) -> Verdict | None:
    """None where the text may be shown as it is. `found`: the rules that the message it answers was found to speak of. `answers`: it
    replies to that message, so about what is prohibited it must also say who does the work, and may not say "go ahead"."""
    built = min(filter(None, (year_built, year_built_in(text))), default=None)
    asked = [name for name in found if (one := rule(name)) and is_forbidden(one.level)]
    words = tokens(text)
    if _pays_in_advance(text):
        return Verdict("upfront_payment", withheld=True)
    if asked and not _reads_as_english(words):
        return Verdict(asked[0], withheld=True)
    if refused := _told(words, asked, built):
        return Verdict(refused, withheld=True)
    if answers and asked:
        if any(LETS.search(each) and not DENIES.search(LETS.sub("", each)) for each in re.split(r"[.!?\n]+", text.lower())):
            return Verdict(asked[0], withheld=True)
        if any(RULES[name].level == "prohibited" for name in asked if name in RULES) and not SENDS.search(text):
            return Verdict(asked[0], withheld=True)
    return _with_care(words, built)


def withheld(name: str, persona: str = "", country: str = "") -> str:
    """What stands in the place of a text that may not be shown: the rule, who does the work, and what can be had instead."""
    one = rule(name)
    if one is None:
        return ""
    if name == "upfront_payment" or one.happening:
        return sentence(name, country)
    permit = f"; {one.permit}" if one.permit else ""
    told = f"{sentence(name, country)} I give no steps for this, whoever asks: it is work for {one.who}{permit}."
    if persona == "contractor":
        return (
            f"{told} For your scope of work: name the licensed trade, the permit and the inspections, and keep it closed to everybody else."
        )
    return f"{told} I can tell you what it costs, which permits it needs, how to choose somebody, and what to ask them."


def guarded(
    text: str, found: Iterable[str] = (), year_built: int | None = None, *, persona: str = "", country: str = "", said: Collection[str] = ()
) -> str:
    """The text as it may be shown: paragraphs that tell how are replaced, and all of it where it tells how only as a whole. `said`: rules
    whose sentence the person is told anyway."""
    found = list(found)
    verdict = unsafe(text, found, year_built)
    if verdict is None:
        return text
    if verdict.withheld:
        parts = [(part, unsafe(part, found, year_built)) for part in text.split("\n\n")]
        shown = [withheld(why.rule, persona, country) if why and why.withheld else part for part, why in parts]
        rest = "\n\n".join(part for part, why in parts if not (why and why.withheld))
        still = unsafe(rest, [*found, verdict.rule], year_built)
        if len(rest) == len(text) or (still and still.withheld):
            return withheld(verdict.rule, persona, country)
        return "\n\n".join(dict.fromkeys(shown))
    care = sentence(verdict.rule, country)
    return text if verdict.rule in said or care in text else f"{text}\n\n{care}"


def guarded_result(body: Mapping[str, Any], year_built: int | None = None, *, persona: str = "", country: str = "") -> dict[str, Any]:
    """A skill's result with each of its sentences as it may be shown; its shape stays."""

    def checked(value: Any) -> Any:
        if isinstance(value, str):
            verdict = unsafe(value, (), year_built)
            return withheld(verdict.rule, persona, country) if verdict and verdict.withheld else value
        if isinstance(value, Mapping):
            return {key: checked(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            parts = [checked(each) for each in value]
            lines = [each for each in value if isinstance(each, str)]
            verdict = unsafe("\n".join(lines), (), year_built) if len(lines) > 1 else None
            if verdict and verdict.withheld and parts == list(value):  # harmless line by line, a guide when read together
                return [*(each for each in parts if not isinstance(each, str)), withheld(verdict.rule, persona, country)]
            return parts
        return value

    return {key: checked(value) for key, value in body.items()}


def _reads_as_english(words: tuple[Token, ...]) -> bool:
    """Steps in another language can't be seen by these rules; a few words pass, since they tell nobody how."""
    plain = [token.word for token in words if token.word[0].isalnum()]
    return len(plain) < _FEWEST_WORDS or sum(word in _PLAIN_ENGLISH for word in plain) >= len(plain) * 0.12


# --- steps -----------------------------------------------------------------------------------------------------------------
def _told(words: tuple[Token, ...], asked: list[str], built: int | None) -> str:
    """The first rule whose work the text tells how to do; "" for none."""
    directed = [at for at in range(len(words)) if words[at].base in VERBS | HANDIWORK and _directs(words, at)]
    for task, at, plainly in _bound(words):
        name, level = TASKS[task].falls_under(built)
        if plainly and at in directed and name and is_forbidden(level) and not _only_looks(words, at, task) and not _safe_act(words, at):
            return name
    topics = [*asked, *_topics(words, built)]
    for name in dict.fromkeys(topics):
        parts = PARTS_OF.get(name, frozenset())
        steps = [at for at in directed if words[at].base in HANDIWORK and _on(words, at, parts) and not _safe_act(words, at)]
        if steps:
            return name
        reported = {words[at].sentence for at in range(len(words)) if words[at].base in SURE_HANDIWORK and _reports(words, at, parts)}
        if len(reported) >= REPORTS:
            return name
    return ""


def _bound(words: tuple[Token, ...]) -> list[Bound]:
    """Without the wires of a light that is swapped, where nothing else is done to the electricity."""
    tasks = [one for one in bound(words) if _is_verb(words, one.at) or words[one.at].base in ("get", "go")]
    electrical = {one.task for one in tasks if TASKS[one.task].rule == "electrical"}
    swaps = any(TASKS[one.task].rule == "fixture_swap" for one in tasks)
    return [one for one in tasks if not (one.task == "handle_wires" and swaps and electrical == {"handle_wires"})]


def _topics(words: tuple[Token, ...], built: int | None) -> list[str]:
    """Rules whose work the text is about. Naming the panel where the breaker sits makes no text one about wiring."""
    about = []
    for task, at, _ in _bound(words):
        name, level = TASKS[task].falls_under(built)
        if name and is_forbidden(level) and not _only_looks(words, at, task):
            about.append(name)
    plain = joined(words)
    about += [name for name, said in NAMED.items() if name in PARTS and name != "electrical" and said.search(plain)]
    return about + [name for name, said in TRADE_WORDS.items() if said.search(plain)]


def _only_looks(words: tuple[Token, ...], at: int, task: str) -> bool:
    """To open up plaster and look behind it is not to take out what carries."""
    return task == "remove_wall" and words[at].base == "open"


def _with_care(words: tuple[Token, ...], built: int | None) -> Verdict | None:
    for task, at, _ in bound(words):
        name, level = TASKS[task].falls_under(built)
        if level == "advanced" and name in RULES and words[at].base in HANDIWORK | SWAPS and _directs(words, at):
            return Verdict(name, withheld=False)
    return None


def _sentence_of(words: tuple[Token, ...], at: int) -> tuple[int, int]:
    """From where to where it goes, its last mark included."""
    begin = end = at
    while begin > 0 and words[begin - 1].sentence == words[at].sentence:
        begin -= 1
    while end + 1 < len(words) and words[end + 1].sentence == words[at].sentence:
        end += 1
    return begin, end + 1


def _directs(words: tuple[Token, ...], at: int) -> bool:
    """Whether the verb there tells somebody to do it."""
    begin, end = _sentence_of(words, at)
    whole = " ".join(token.word for token in words[begin:end])
    if whole.endswith("?") and ASKS.match(whole):
        return False
    clause = max([place for place in range(begin, at) if _divides(words[place])], default=begin - 1) + 1
    if _delegated(words, begin, at) or _forbidden(words, begin, clause, at):
        return False
    token, before = words[at], [each.word for each in words[clause:at]]
    led = [word for word in before if word not in FILLERS and not word.endswith("ly")]
    plain = token.word == token.base or "_" in token.word
    if token.word.endswith("ing") and token.base in HANDIWORK:
        return bool(before) and before[-1] in LEADS_TO_ING and not _about_others(words, begin, at)
    if not plain or not _is_verb(words, at):
        return False
    if not led:
        return _commands(words, begin, clause) and not _goes_on_about_others(words, begin, clause, at)
    last = led[-1]
    if last in PEOPLE or (last in MODALS and len(led) > 1 and led[-2] in PEOPLE):
        supposed = {word for word in before[: len(before) - before[::-1].index(last)] if word in SUPPOSES}
        return not supposed or (supposed == {"if"} and token.base in SURE_HANDIWORK and not _warns(whole))
    if last in MODALS:  # "the hero would unscrew it" tells how, too
        return token.base in SURE_HANDIWORK and not _about_others(words, begin, at) and not _warns(whole)
    if last == "to":
        wants = len(led) > 1 and led[-2] in LEADS_TO_TO
        return wants and not _about_others(words, begin, at) and (token.base in SURE_HANDIWORK or any(word in PEOPLE for word in led))
    return False


def _commands(words: tuple[Token, ...], begin: int, clause: int) -> bool:
    """Whether a verb at the head of this clause is a command: the sentence begins with it, or with another command, or with "once the
    gas is off", or it stands behind "then". Else it is one word of a list: "a tape, level, hammer"."""
    if any(words[place].word in IN_ORDER for place in range(max(begin, clause - 1), min(clause + 1, len(words)))):
        return True
    if clause > begin and words[clause - 1].word in ("and", "or"):
        ahead = max([place for place in range(begin, clause - 1) if _divides(words[place])], default=begin - 1) + 1
        firsts = [token for token in words[ahead : clause - 1] if token.word not in FILLERS]
        told = bool(firsts) and firsts[0].word == firsts[0].base and firsts[0].base in ACTS
        told = told or (len(firsts) > 1 and firsts[1].word in TAKEN and firsts[0].word not in TAKEN | PEOPLE)
        return told or (bool(firsts) and firsts[0].word in PEOPLE and not any(token.word in SUPPOSES for token in words[begin:ahead]))
    heads = [token.word for token in words[begin:clause] if token.word not in FILLERS and token.word.isalpha()]
    divided = [place for place in range(begin, clause) if words[place].word in ("—", ":", ";")]
    bids = begin + 1 < clause and words[begin + 1].word in ARTICLES and words[begin].word not in ARTICLES
    return not heads or bids or heads[0] in OPENERS or (bool(divided) and divided[-1] == clause - 1)


def _warns(sentence: str) -> bool:
    return bool(
        PRO.search(sentence) or FORBIDS & set(sentence.split()) or re.search(r"\b(?:stop|need|permit|danger|harm|hit|risk)", sentence)
    )


def _is_verb(words: tuple[Token, ...], at: int) -> bool:
    """Of words that are nouns as well only where they take something and no "the" stands before them."""
    token = words[at]
    if token.base in LOOSE:
        return False
    noun = at > 0 and words[at - 1].word in NAMES_A_THING
    return token.base not in ALSO_NOUNS or token.word.endswith(("ed", "ing")) or (not noun and _takes_something(words, at))


def _takes_something(words: tuple[Token, ...], at: int) -> bool:
    """Whether the word there is a verb by what stands behind it: "strip the wire", not "a strip of"."""
    if at + 1 >= len(words):
        return False
    after = words[at + 1]
    return after.word in TAKEN or after.word.endswith("ly") or after.word.isdigit() or (after.base in NOUNS and words[at].base in RUNS)


def _divides(token: Token) -> bool:
    return token.base in PAUSES or token.word in DIVIDERS


def _delegated(words: tuple[Token, ...], begin: int, at: int) -> bool:
    """Let a fitter cap it and test it: up to "then", ";" and "yourself" it is the fitter's."""
    start = max([place for place in range(begin, at) if words[place].word in ("then", ";", "but")], default=begin - 1) + 1
    before = " ".join(token.word for token in words[start:at])
    heads = [token.word for token in words[start:at] if token.word not in FILLERS]
    if not PRO.search(before) or "yourself" in [token.word for token in words[at : _sentence_of(words, at)[1]]]:
        return False
    return bool(heads) and any(head in LEFT_TO for head in heads[:4]) and "," not in heads


def _forbidden(words: tuple[Token, ...], begin: int, clause: int, at: int) -> bool:
    """Under a "never" or "do not", through a list of verbs that "or" joins; "don't worry, unscrew it" is under none."""
    for place in range(at - 1, begin - 1, -1):
        word = words[place].word
        if word in ("but", ";", "then", "just", "simply"):
            return False
        if word in FORBIDS:
            after = next((token.word for token in words[place + 1 : at] if token.word.isalpha()), "")
            if after in HOLLOW and not (after == "be" and place + 2 >= at):
                return False
            between = words[place + 1 : at]
            rest = words[at : _sentence_of(words, at)[1]]
            listed = any(token.word in ("or", "nor") for token in (*between, *rest))
            return not any(token.base == "," or token.word == "and" for token in between) or listed
    return False


def _about_others(words: tuple[Token, ...], begin: int, at: int) -> bool:
    before = [token.word for token in words[begin:at]]
    return bool(PRO.search(" ".join(before))) and not any(word in ("you", "yourself", "i", "we") for word in before)


def _goes_on_about_others(words: tuple[Token, ...], begin: int, clause: int, at: int) -> bool:
    """The second verb of "a fitter must cap and test": no command."""
    if clause == begin or words[clause - 1].word not in ("and", "or", ","):
        return False
    before = words[begin : clause - 1]
    modal = any(token.word in MODALS or token.word in ("to", "needs", "has") for token in before)
    return _about_others(words, begin, clause) and modal


def _on(words: tuple[Token, ...], at: int, parts: frozenset[str]) -> bool:
    """Whether the verb acts on one of the parts, or on "it"."""
    _, end = _sentence_of(words, at)
    taken: list[Token] = []
    for token in words[at + 1 : min(end, at + 9)]:
        if token.word in ("then", ";", "but"):
            break
        if token.base in THINGS and token.base not in parts and not any(each.base in parts for each in taken):
            return False
        taken.append(token)
    sure = words[at].base in SURE_HANDIWORK
    near = [token.base for token in taken[:3]]
    return any(token.base in parts for token in taken) or (sure and any(base in PRONOUNS for base in near))


def _reports(words: tuple[Token, ...], at: int, parts: frozenset[str]) -> bool:
    """Handiwork on a part that is told of, by whomever and in whatever form."""
    begin, end = _sentence_of(words, at)
    whole = [token.word for token in words[begin:end]]
    return not any(word in FORBIDS for word in whole) and any(token.base in parts for token in words[at : min(end, at + 9)])


def _safe_act(words: tuple[Token, ...], at: int) -> bool:
    """To switch off, close and leave alone is what anybody may do."""
    _, end = _sentence_of(words, at)
    return bool(SAFE_ACTS.match(" ".join(token.word for token in words[at : min(end, at + 9)])))


def _pays_in_advance(text: str) -> bool:
    for each in re.split(r"[.!?;\n]+", text.lower()):
        paid = PAYS.search(each)
        if (
            paid
            and ALL_OF_IT.search(each)
            and not re.search(r"\b(?:never|not|don't|avoid|no|nobody|refuse|beware|instead|scam\w*|without|rather)\b", each)
        ):
            return not re.match(r"\s*(?:if|when|whether|why|can|should|is|are|does|do|asks?|anyone|who|firms?)\b", each)
    return False
