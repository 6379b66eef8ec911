"""Several options of one list, said without naming them: all of them, none of these, the first two, everything except the vanity."""

import re
from collections.abc import Sequence

from journeys.inputs import Need

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINALS = {
    word: i
    for i, words in enumerate(
        ("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th", "seventh 7th", "eighth 8th", "ninth 9th"), 1
    )
    for word in words.split()
}
NUMBER = rf"(?:[0-9]{{1,2}}|{'|'.join(NUMBERS)})"
ORDINAL = rf"(?:{'|'.join(ORDINALS)}|last)"
AND = r"(?:\s?,\s?and\s|\s?[,&+]\s?|\sand\s)"
ALL = rf"(?:all|everything|every(?:\ssingle)? one|the (?:whole )?lot|the whole list|both|all (?P<many>{NUMBER}))"
OF_THEM = r"(?:\sof\s(?:them|it|these|those|that|the above))?(?:\sabove)?"
NONE = r"(?:none|not any|nothing|neither)(?:\s(?:of\s(?:them|these|those|that|the above|it)|at all|like that))*"
FIRST = rf"(?:the\s)?(?P<end>first|last)(?:\s(?P<count>{NUMBER}))?(?:\s(?:one|ones|of them|options))?"
PLACES = rf"(?:the\s)?{ORDINAL}(?:\sone)?(?:{AND}(?:the\s)?{ORDINAL}(?:\sone)?)*(?:\sones?)?"
LISTED = rf"(?:(?:options?|numbers?|nos?\.?|items?)\s)?#?[0-9]{{1,2}}(?:{AND}(?:options?\s|number\s)?#?[0-9]{{1,2}})+"
NAMED = r"(?:(?:options?|numbers?|nos?\.?|items?)\s#?|#)[0-9]{1,2}"
BUT = r"(?:[\s,]+(?:please\s)?)(?:but(?:\snot)?|except(?:ing)?(?:\sfor)?|apart from|aside from|other than|besides|minus|save for)\s"
LEAD = (
    r"(?:(?:yes|yeah|yep|no|ok|okay|well|um|i(?:'d| would)? (?:want|like|need|choose|take|say)|we(?:'d| would)? (?:want|like|need|do)|"
    r"let's (?:do|take|compare)|please|probably|maybe|do|just|give me|compare|show me|change|actually|i'll take|we'll take)[\s,]+)*"
)
TAIL = (
    r"(?:[\s,]+(?:please|thanks|thank you|luckily|fortunately|i think|really|actually|for now|so far|of course|i see|that i know of))*"
    r"[\s.!,]*"
)
WHOLE = re.compile(
    rf"\s*{LEAD}(?:(?P<all>{ALL}{OF_THEM})(?P<but>{BUT}(?P<which>{PLACES}|(?:the\s)?(?:first|last)\s{NUMBER}))?"
    rf"|(?P<none>{NONE})|(?P<first>{FIRST})|(?P<places>{PLACES})|(?P<listed>{LISTED}|{NAMED})){TAIL}"
)
ALL_BUT = re.compile(rf"\b(?:everything|all|the (?:whole )?lot|the whole list)(?:\sof\s(?:them|it|these|those|the above))?(?:\selse)?{BUT}")
PLACE = re.compile(rf"\b(?:{ORDINAL}|[0-9]{{1,2}})\b")
FIRST_OF = re.compile(FIRST)

TAIL_WORDS = r"((?:\W+[\w']+){0,5}\W*)$"
LEFT_OUT = re.compile(
    r"\b(?:not(?!\s(?:only|just))|no|never|without|don't|dont|doesn't|won't|isn't|aren't|wouldn't|neither|nor|hate|dislike|avoid|except|than|"
    r"instead of|other than|over|against|cannot|can't|keep|keeping|kept|leave|leaving|skip|skipping)\b" + TAIL_WORDS
)
LEFT_AFTER = re.compile(
    r"s?\s(?:(?:is|are|looks?)\s(?:really\s|just\s|all\s|still\s|quite\s)?(?:fine|ok|okay|good|great|new|staying|out|not)|stays?\b|"
    r"can (?:stay|wait)|isn't|aren't|doesn't)\b"
)
A_DEED = re.compile(r"\s(?:the|my|our|all|every|its|it)\b")  # "keep the vanity and paint the walls": what follows is done, not kept


def whole(folded: str, need: Need) -> tuple[str, ...] | None:
    """The options that a message means which names none of them; None where it says something else. For the need that was asked for."""
    match, ids = WHOLE.fullmatch(folded), [option.id for option in need.options]
    if match is None:
        return None
    if match["none"]:
        return None if match["none"].startswith("neither") and len(ids) != 2 else ()
    if match["all"]:
        if (match["many"] and number(match["many"]) != len(ids)) or (match["all"].startswith("both") and len(ids) != 2):
            return None
        left = placed(match["which"], ids) if match["but"] else ()
        return None if left is None else tuple(option for option in ids if option not in left)
    return placed(match["first"] or match["places"] or match["listed"], ids)


def placed(said: str, ids: Sequence[str]) -> tuple[str, ...] | None:
    """The options at the places that are said: the first two, the 1st and 3rd, 1 and 4. None where the list has no such place."""
    first = FIRST_OF.fullmatch(said)
    if first and first["count"]:
        count = number(first["count"])
        if not 0 < count <= len(ids):
            return None
        return tuple(ids[:count] if first["end"] == "first" else ids[-count:])
    places = [len(ids) if each == "last" else ORDINALS.get(each) or int(each) for each in PLACE.findall(said)]
    if not places or not all(0 < place <= len(ids) for place in places):
        return None
    return tuple(option for i, option in enumerate(ids, 1) if i in places)


def number(said: str) -> int:
    return int(said) if said.isdigit() else NUMBERS.index(said) + 1


def is_left_out(folded: str, clause: str, end: int, need: Need) -> bool:
    """Whether the option behind `clause`, which ends at `end`, is one the person leaves as it is; unless the list is of what is kept."""
    if LEFT_AFTER.match(folded, end):
        return True
    match = LEFT_OUT.search(clause)
    if match is None or any(cue in match[0].split() for cue in need.cues):
        return False
    return not (re.search(r"\band\W*$", match[1]) and A_DEED.match(folded, end))
