"""What a message speaks of: hazards by their own words, and tasks by verb and thing. Who asks and why makes no difference to it.

A false alarm costs one sentence, a miss more, so the words are wide; tests/journeys/safety/ measures both.
"""

import re
from itertools import groupby
from typing import Final, NamedTuple

from journeys.safety.lexicon import THINGS, VERBS
from journeys.safety.rules import ASBESTOS_BEFORE, LEVELS, RULES, Level, is_forbidden, sentence
from journeys.safety.tasks import EVERY, TASKS, bound
from journeys.safety.words import Token, joined, tokens


class Finding(NamedTuple):
    """`task` where one is spoken of; None where only the hazard is named."""

    rule: str
    level: Level
    task: str | None = None


class Stop(NamedTuple):
    """Something was found in the middle of the work: it rests until somebody has looked."""

    rule: str
    sentence: str


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{pattern})(?![\w'])")


# Matched against bases (journeys/safety/words.py), so singular and in the infinitive.
NAMED: Final[dict[str, re.Pattern[str]]] = {
    "injury": _words(
        r"electrocuted?|unconscious|(?:is|am|are|i'm|he's|she's|badly|been|got|get) (?:hurt|injured|bleeding)|bleeding|can't breathe"
        r"|(?:i|he|she|husband|wife|kid|son|daughter|worker|somebody|someone) (?:just )?(?:fall|cut|break|smash|hurt|injured?) "
        r"(?:\w+ ){0,4}(?:ladder|finger|hand|arm|leg|foot|thumb|eye|head|himself|herself|roof)"
        r"|(?:cut|smash) (?:off )?my (?:finger|hand|thumb)"
    ),
    "fire": _words(
        r"(?:on|caught|catch) fire|there is (?:a )?fire|electrical fire|(?:see|there are|with) flames?"
        r"|smoke (?:come|coming|pour\w*|from)|smoking (?:outlet|panel|socket)"
    ),
    "gas_leak": _words(
        r"(?:smell\w*|whiff|reek\w*|stink\w*|odou?r)(?: \w+){0,3} (?:gas|gas_\w+)|gas_smell|rotten eggs?"
        r"|hiss\w* (?:\w+ ){0,5}(?:gas|gas_\w+)"
        r"|(?:gas|gas_line|gas_appliance) (?:\w+ ){0,3}(?:leak|hiss\w*|smell\w*)|leak (?:\w+ ){0,2}(?:gas|gas_line)|sulfur smell"
    ),
    "carbon_monoxide": _words(
        r"(?:carbon_monoxide|co) (?:alarm|detector) (?:\w+ ){0,3}(?:beep\w*|go|going|went|sound\w*|scream\w*|chirp\w*)"
        r"|(?:headaches?|dizzy|nause\w+) (?:\w+ ){0,8}(?:furnace|boiler|carbon_monoxide|outside)"
        r"|(?:camping range|barbecue|bbq|charcoal|generator) (?:\w+ ){0,2}(?:indoors|inside)"
    ),
    "power_fault": _words(
        r"still live|burn marks?|scorch\w*|light flicker\w*|(?:electric |electrical )?shocks?|shocked (?:me|him|her|us)|zapped"
        r"|tingl\w+|spark(?:s|ed|ing)?|arcing|burn(?:ing|t)? (?:electrical )?(?:smell|odou?r)"
        r"|smell\w* (?:like )?(?:something )?burn(?:ing|t)?|exposed wire|live wire|breaker (?:\w+ ){0,2}(?:keep\w*|trip\w*)"
        r"|(?:hot|warm|buzzing|scorched|melted|charred|smok\w+) (?:outlet|panel|wire|lightswitch|breaker)"
        r"|(?:outlet|panel|wire|lightswitch|breaker) (?:is |are |feel\w* |get |look\w* |keep\w* )?(?:very |really |so )?(?:hot"
        r"|warm|buzzing|scorched|melted|charred|smok\w+)"
    ),
    "water_leak": _words(
        r"(?:rain|water|it) (?:is )?(?:drip\w*|com\w+|run\w*) (?:in|through)|sewage|flood (?:in|of)"
        r"|(?:house|basement|kitchen) flood|burst (?:\w+ ){0,2}(?:pipe|water_pipe|hose)"
        r"|(?:pipe|water_pipe|hose|it) (?:has |just |have )?(?:bursts?|exploded)"
        r"|water (?:is |keep\w* |come |coming )?(?:pour\w*|gush\w*|spray\w*|spurt\w*|run\w* down|everywhere|through the ceiling)"
        r"|(?:kitchen|room|basement|house|bathroom|floor) (?:is |are |get )?(?:flooded|flooding)"
        r"|(?:pipe|sink|ceiling|toilet|dishwasher|water_heater|it) (?:is |be |start\w* |keep\w* )(?:\w+ )?leak"
    ),
    "gas": _words(r"gas_line|turn (?:\w+ ){0,2}gas (?:\w+ )?on|(?:gas|gas_appliance) hookup"),
    "structural": _words(
        r"bearing_wall|load[- ]?bearing|retaining|structural(?:ly)? \w+ ?(?:wall|beam|post|column|change)"
        r"|one (?:big |open )?(?:room|space) out of two|two rooms? (?:into|in) one"
        r"|(?:knock|break|go|cut) through (?:to|into) (?:the )?(?:\w+ )?room|sledgehammer|(?:knock|break) through between"
        r"|wall (?:\w+ ){0,4}come (?:down|out)"
        r"|(?:diagonal|growing|widening) cracks?|crack\w* noises?"
        r"|(?:house|floor|ceiling|roof|wall|beam|joist)(?: \w+)? (?:sag\w*|sank|bow(?:ed|ing)|leaning)"
        r"|(?:leaning|tilting) (?:chimney|wall)|(?:deck|balcony|porch) (?:\w+ ){0,3}(?:pull\w*|com\w+) (?:away|loose)"
    ),
    "asbestos": _words(r"asbestos|popcorn_ceiling|vermiculite|transite|pebbl\w* insulation"),
    "lead": _words(r"lead_paint|lead dust|paint chip"),
    "electrical": _words(
        r"rewire|hardwire|subpanel|(?:electrical|electric) (?:panel|box|work)|junction|knob_and_tube|panel cover"
        r"|generator (?:\w+ ){0,5}(?:outlet|panel|house)|aluminum wir\w+"
        r"|panel(?= (?:upgrade|swap|replace|myself|change|install))"
        r"|(?:new|extra|add|move|run|another) (?:\w+ ){0,3}(?:circuit|outlet|wiring|wire)"
    ),
    "mould": _words(
        r"(?:black |toxic |green )?mold(?! resist\w*| proof| free| inhibit\w*)"
        r"|(?:soft|mushy|spongy|squishy|wet|damp|rotten|rotting|crumbl\w+|swollen|swelling|bulging|soggy) (?:\w+ ){0,2}(?:wall"
        r"|plaster|drywall|ceiling|stud|joist|floor|subfloor|wood)"
        r"|(?:wall|plaster|drywall|ceiling|stud|joist|floor|subfloor|wood) (?:\w+ ){0,4}?(?:is |are |feel\w* |seem\w* |look\w* "
        r"|be )(?:\w+ )?(?:soft|mushy|spongy|squishy|rotten|crumbl\w+|soggy|swollen|swelling|bulging)"
        r"|water_damage|leak behind|dry rot|wet rot"
    ),
    "upfront_payment": _words(
        r"(?:pay\w*|paid|payment|asks?|wants?|demand\w*|deposit|transfer\w*|cash|money|send|give|sum|price|total|amount"
        r"|invoice)(?: \S+){0,8} (?:up front|upfront|in advance|before (?:\w+ ){0,3}(?:start|begin)\w*)"
    ),
}
_WANTS: Final = _words(
    r"how (?:do|would|can|could|should|to|does)|walk me through|steps?|instructions?|guide|tutorial|step by step|diy|myself"
    r"|ourselves|tools? do i|i(?:'d| would) like to|i want(?: to)?"
    r"|can (?:i|we)|could (?:i|we)|is it ok|i need|has to be|have to be|needs? to be|should be|without a pro"
)
# Verbs that are read and yet say nothing of what is done to a thing; and what is asked of a dangerous thing without touching it.
_EMPTY: Final = frozenset("do make get take try work put go bring have handle tackle new second another more wire light power move".split())
_HARMLESS: Final = frozenset(
    """
    choose pick buy buying order like love prefer match compare cost costs price pay budget hide wipe dust decorate style look looks color
    measure wide big tall high much many often find hire decide best better brand size use using cook cooking last stay keep warm cozy
    bright brighter dark lighter darker read label reset press save energy bill efficient quiet noisy design plan photo draw name polish see
    show where when warranty quote quotes stop prevent avoid lean center
    """.split()
)
_READ: Final = _HARMLESS | (VERBS - _EMPTY - EVERY) | (THINGS - EVERY)
_ALL_OF_IT: Final = _words(r"100(?: percent)?|everything|all|full(?:y)?|whole|entire|complete(?:ly)?|total|hundred percent")
_YEAR: Final = re.compile(
    r"\b(?:built|build|constructed|dates?|dating|from|house|home|building|apartment|condo|bungalow|cottage|place|flat|duplex)\b"
    r"[^.!?\n]{0,25}?\b(1[6-9]\d\d|20[0-4]\d)\b"
    r"|\b(1[6-9]\d\d|20[0-4]\d)(?:s|'s)?\b[^.!?\n]{0,25}?\b(?:house|home|building|apartment|condo|bungalow|cottage|build|flat"
    r"|duplex|kitchen|bathroom)\b",
    re.IGNORECASE,
)
_DECADE: Final = re.compile(
    r"\b(?:19)?([2-9])0['’]?s\b[^.!?\n]{0,25}?\b(?:house|home|building|apartment|condo|bungalow|cottage|bathroom|kitchen|tiles?)\b",
    re.IGNORECASE,
)


def classify(text: str, year_built: int | None = None) -> list[Finding]:
    """Each rule once, at its highest level: what is happening first, then what is most dangerous. `year_built` as the journey knows it;
    the older of that and of what the text says counts."""
    built = min(filter(None, (year_built, year_built_in(text))), default=None)
    words = tokens(text)
    plain = joined(words)
    found: dict[str, Finding] = {}
    for name, said in NAMED.items():
        if said.search(plain) and (name != "upfront_payment" or _ALL_OF_IT.search(plain)):
            found[name] = Finding(name, RULES[name].level)
    for task, *_ in bound(words):
        name, level = TASKS[task].falls_under(built)
        if name and (name not in found or found[name].task is None or LEVELS.index(level) > LEVELS.index(found[name].level)):
            found[name] = Finding(name, level, task)
    for task in _meant(words):
        name, level = TASKS[task].falls_under(built)
        if is_forbidden(level) and name not in found:
            found[name] = Finding(name, level, task)
    if {"asbestos", "lead"} & found.keys():
        found.pop("old_material", None)
    order = list(RULES)
    return sorted(found.values(), key=lambda one: (not RULES[one.rule].happening, -LEVELS.index(one.level), order.index(one.rule)))


def _meant(words: tuple[Token, ...]) -> set[str]:
    """Tasks of sentences that ask how to do something to a dangerous thing with a verb that can't be read ("how do I rmeov the wall"):
    nothing harmless is named in them, neither a thing nor what is done."""
    meant: set[str] = set()
    for _, sentence_of in groupby(words, key=lambda token: token.sentence):
        said = list(sentence_of)
        bases = {token.base for token in said}
        if not bases & _READ and _WANTS.search(" ".join(token.word for token in said)):
            meant |= {name for name, task in TASKS.items() if task.things & bases}
    return meant


def hazards_in(text: str, year_built: int | None = None) -> list[str]:
    """The names of the rules that a message speaks of, in the order in which they are said."""
    found = [finding.rule for finding in classify(text, year_built)]
    return [name for name in found if name != "gas" or "gas_leak" not in found]  # one says what the other does


def year_built_in(text: str) -> int | None:
    """The oldest year that the text says of a house; a decade counts as its first year."""
    years = [int(year) for match in _YEAR.findall(text) for year in match if year]
    years += [1900 + 10 * int(decade) for decade in _DECADE.findall(text)]
    return min(years, default=None)


# --- in the middle of the work ---------------------------------------------------------------------------------------------
_FOUND: Final[dict[str, re.Pattern[str]]] = {
    "mould": _words(
        r"black (?:spots?|stuff|patch\w*|fuzz\w*)|mold|mildew|musty"
        r"|(?:soft|mushy|spongy|squishy|wet|damp|rotten|rot|crumbl\w+|soggy|swollen)"
        r"|water_damage|leak|drip\w*|moist\w*|stain"
    ),
    "electrical": _words(
        r"(?:scorch\w*|burnt?|melted|charred|frayed|bare|cloth) (?:\w+ ){0,3}(?:wire|wiring|cable|insulation|outlet|junction)"
        r"|aluminum wir\w+|knob and tube"
        r"|(?:four|five|six|4|5|6|more|too many|extra) (?:than (?:three|3) )?(?:\w+ )?(?:wire|conductor|conductors|cable)"
        r"|(?:wire|wiring|conductors?) (?:\w+ ){0,4}(?:odd|weird|strange|wrong|colors?)"
        r"|(?:odd|weird|strange|wrong|unexpected) (?:\w+ )?(?:color|wire|wiring)|no ground"
    ),
    "asbestos": _words(r"asbestos|vermiculite|pipe_wrap|mastic|(?:fibrous|fluffy|pebbl\w+) (?:\w+ )?(?:insulation|stuff|material)|9x9"),
    "structural": _words(
        r"sag\w*|(?:growing|wide|big|diagonal|long|new) crack\w*|crack\w* (?:\w+ ){0,5}(?:wall|beam|joist|foundation|ceiling)"
        r"|(?:beam|joist|header|post) (?:\w+ ){0,3}(?:crack\w*|cut|split|notch\w*|rot\w*)|bowed|bowing"
    ),
    "cracked_tile": _words(
        r"crack\w* (?:\w+ ){0,3}tile|tile (?:\w+ ){0,4}(?:crack\w*|loose|hollow|broke\w*|fall\w*)|(?:loose|hollow) tile"
    ),
}
_WORK_STOPS: Final = {
    "mould": "Stop here: {mould} Nothing is closed or painted over until it is dry and the cause is gone.",
    "electrical": "Stop here: close the box, leave the breaker off, and call a licensed electrician. {electrical}",
    "asbestos": "Stop here: leave it as it lies, close the room, and touch or sweep nothing. {asbestos}",
    "structural": "Stop here and keep out from below. {structural}",
    "cracked_tile": "Stop here: a cracked, loose or hollow tile can mean water behind it or a floor that moves. Have what is beneath "
    "looked at before the work goes on; the scope may change.",
}
_EMERGENCIES: Final = [name for name, one in RULES.items() if one.happening]


def work_stops(text: str, year_built: int | None = None, country: str = "") -> Stop | None:
    """What ends the work at once, of what somebody reports from it; the most pressing. None where nothing does."""
    happening = [finding.rule for finding in classify(text, year_built) if RULES[finding.rule].happening]
    if happening:
        return Stop(happening[0], f"Stop now. {sentence(happening[0], country)}")
    plain = joined(tokens(text))
    old = year_built is not None and year_built < ASBESTOS_BEFORE
    for name in ("electrical", "asbestos", "structural", "cracked_tile", "mould"):
        if _FOUND[name].search(plain):
            told = _WORK_STOPS[name].format(**{each: one.sentence for each, one in RULES.items()})
            if name == "cracked_tile":
                return Stop("mould", f"{told} {RULES['asbestos'].sentence}" if old else told)
            return Stop(name, told)
    return None
