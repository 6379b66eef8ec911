"""The words by which a step of work is told from a report, a ban, an errand and a wish. journeys/safety/instructions.py reads them."""

import re
from typing import Final

from journeys.safety.tasks import VERBS


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Done with the hands and to one part; nobody speaks so of planning or hiring.
HANDIWORK: Final = _of(
    """
    unscrew loosen tighten twist strip splice solder thread wrap crimp pry chisel saw swing hammer jack prop shore brace mist spray
    score cap uncap unthread unwrap unbolt bolt screw fasten clamp braze flare bend fish punch drill cut detach attach disconnect
    reconnect unhook hook connect scrape soak bag nail notch grind chip slide insert push pull turn undo plug unplug flip press
    apply lift tap land wire run feed tear rip knock break smash sledgehammer seal glue remove pound bash wet rewire join take
    install put support lower open
    """
)
SURE_HANDIWORK: Final = HANDIWORK - _of(
    """
    cut run take install put remove wire turn seal support lift plug press apply tap land feed pull lower knock connect open
    """
)
# The parts and tools of each rule's work.
PARTS: Final[dict[str, frozenset[str]]] = {
    "gas": _of(
        """
    gas gas_line gas_appliance pipe pipeline line valve nut union connector fitting hose regulator thread flare dope sealant wrench
    tape range cooktop coupling nipple elbow tee stub shutoff joint propane bleed pilot
    """
    ),
    "structural": _of(
        """
    wall bearing_wall beam joist header lintel post column stud plate jack prop drywall plaster ceiling sledgehammer saw opening
    nail acrow shoring truss rafter load strut girder lvl partition foundation footing king
    """
    ),
    "asbestos": _of(
        """
    popcorn_ceiling texture tile old_floor mastic pipe_wrap insulation plaster ceiling scraper mist bag spray adhesive drywall
    siding asbestos water vermiculite debris respirator popcorn glue
    """
    ),
    "lead": _of("paint old_paint lead_paint sander scraper heat gun trim stripper sandpaper surface window wood"),
    "electrical": _of(
        """
    wire wiring cable circuit conductor breaker panel romex conduit junction neutral hot ground terminal lug bus screw knockout
    clamp staple busbar box nut pigtail fuse subpanel black white bare outlet new_light
    """
    ),
    "roof": _of(
        """
    roof shingle flashing nail tar underlayment ridge solar skylight chimney ladder sealant membrane roofing felt tab
    """
    ),
    "plumbing_major": _of("pipe thread valve element anode tank drain union flue vent"),
}
# Said by nobody but those who do it.
TRADE_WORDS: Final = {
    "gas": re.compile(r"flex connector|flare (?:nut|fitting)|union nut|pipe dope|drip leg|yellow tape|gas tape"),
    "structural": re.compile(r"jack stud|king stud|temporary wall|shoring|acrow|needle beam"),
    "electrical": re.compile(r"romex|bus ?bar|knockout|\d+ amp breaker|wire gauge|fish tape"),
}
PARTS_OF: Final = {**PARTS, "gas_leak": PARTS["gas"], "power_fault": PARTS["electrical"]}
PRO: Final = re.compile(
    r"licen[sc]ed|certified|accredited|qualified|professional|\bpros?\b|engineer|electrician|\bfitter|plumber|roofer|contractor"
    r"|inspector|abatement"
    r"|\bfirms?\b|renovator|utility|specialist|tradesman|\bbuilder|emergency|compan(?:y|ies)|\bcrews?\b|supplier|\boffice\b|technician"
    r"|fire service|framer|carpenter"
)
LEFT_TO: Final = _of("let have ask get hire call leave book pay find choose bring tell phone request expect")
FORBIDS: Final = _of(
    """
    not never don't dont cannot can't mustn't shouldn't won't nobody none neither nor avoid without forbidden illegal refuse instead
    against wouldn't
    """
)
HOLLOW: Final = _of("worry forget hesitate be need panic fear mind afraid bother fret just")  # "don't worry, unscrew it" forbids nothing
SUPPOSES: Final = _of("if when whether before unless until once while after whenever where")
MODALS: Final = _of("can could should may might must will would shall 'll")
PEOPLE: Final = _of("you one we i you'll you'd you're we'll i'd i'll people anyone anybody everyone homeowner homeowners diyer")
ASKS: Final = re.compile(
    r"^(?:and |or |but |so |then )*(?:how|what|which|who|whom|whose|where|when|why|is|are|was|were|do|does|did|can|could|should"
    r"|shall|will|would|has|have|may|might)\b"
)
FILLERS: Final = _of(
    """
    first firstly second secondly third next then finally lastly just simply carefully now also please step slowly gently quickly
    begin start so ok okay well yes sure again only always and or afterwards afterward once done 1 2 3 4 5 6 7 8 9 10 11 12 day
    minutes safely manually properly firmly fully completely temporarily immediately after that temporary
    """
)
LOOSE: Final = _of(
    """
    do try get work light power source handle tackle new extra another more additional second rough go paint alter lose opening
    supply stub tee
    """
)
ALSO_NOUNS: Final = _of(
    """
    wet glue strip level tape cap plug drain screw nail bolt seal land saw jack prop brace hammer wire thread wrap bag support bend
    notch fish score chip swing put run cut turn feed tap flare clamp crimp splice sand paint patch service
    """
)
ACTS: Final = (
    HANDIWORK
    | VERBS
    | _of(
        """
    use grab find wear check place buy shut switch mark measure hold keep clear slip locate gather trace let close wait
    """
    )
) - _of("light tile power range service source stub vent level supply")
OPENERS: Final = ACTS | _of("once after when with using before if as to while in")
ARTICLES: Final = _of("the a an your each all both any")
TAKEN: Final = _of(
    """
    the a an each all any both your it them this these those that off out up down in on to through into together around away over
    back every one two three some loose about under between along his her its our their everything half across apart
    """
)
PRONOUNS: Final = _of("it them this that these those everything")
SAFE_ACTS: Final = re.compile(
    r"(?:turn|switch|shut|flip|power|close) (?:\w+ ){0,6}(?:off|down)|(?:turn|switch|shut|flip) off|shut the"
    r"|close (?:the )?(?:main|valve|water|door|window|room|box)"
    r"|cut (?:\w+ )?power|leave (?:the )?breaker|test|press (?:the )?(?:test|reset)|plug in|plug (?:\w+ ){0,4}into"
)
PAYS: Final = re.compile(r"\bpay\w*\b(?: \S+){0,6} (?:up front|upfront|in advance|before (?:\w+ ){0,3}(?:starts?|begins?|work))")
ALL_OF_IT: Final = re.compile(r"\b(?:100 ?(?:%|percent)?|everything|all|full|fully|in full|whole|entire|complete|total)\b")
LETS: Final = re.compile(
    r"\b(?:go ahead|go for it|no problem|of course you can|sure,? you can|you can (?:do|handle|tackle|manage) (?:it|this|that)"
    r"|easy (?:enough )?(?:to do|diy|job)"
    r"|(?:safe|fine|ok|okay|easy) to do (?:it |this |that )?(?:yourself|alone|on your own)|handy (?:person|homeowner) can"
    r"|(?:don't|do not|won't) need (?:a |an |any )?(?:permit|engineer|electrician|licen\w+|pro\b|professional|fitter|inspection"
    r"|test)"
    r"|without (?:a |an )(?:permit|engineer|electrician|licen\w+|fitter) is (?:fine|ok))"
)
DENIES: Final = re.compile(r"\b(?:not|never|no one|nobody|isn't|don't go|can't|cannot)\b")
SENDS: Final = re.compile(
    r"licen[sc]ed|certified|qualified|professional|engineer|electrician|fitter|utility|emergency|roofer|abatement|fire service|inspector",
    re.IGNORECASE,
)
SWAPS: Final = _of("swap replace change")
LEADS_TO_ING: Final = _of("by start begin try keep consider suggest recommend")
LEADS_TO_TO: Final = _of("need have want start begin remember sure is trick try going easy easiest best way simple")
IN_ORDER: Final = _of("then just simply first next finally now carefully")
RUNS: Final = _of("run cut put turn feed")
DIVIDERS: Final = _of("and or then but so just simply until")
NAMES_A_THING: Final = ARTICLES | _of("black white old new bare this that these those my our his her their its some")
