"""The words that the rules speak of, by what they mean to them: verbs, things, names of several words, forms, and what may be mended."""

from typing import Final

VERBS: Final = frozenset(
    """
    remove demolish demo knock tear take rip strip scrape bring get pull break bust smash sledgehammer cut open eliminate gut blow chop
    dismantle hack chip grind sand saw drill notch widen enlarge move relocate shift install put fit add run wire rewire hook connect mount
    set lay extend tap splice make build create replace swap change switch upgrade renew exchange reroute disconnect unhook cap shut
    repair fix mend patch convert service unscrew loosen tighten twist solder thread wrap crimp pry chisel swing hammer jack prop
    shore brace mist spray bag seal detach attach screw bolt unbolt fasten braze glue flare bend fish land clamp plug unplug undo redo
    rework climb walk shovel clean hang paint repaint burn plumb hardwire destroy bash pound lower raise expand punch carve join remodel
    renovate refit retrofit rough feed route troubleshoot modify alter tamper do handle tackle try clear wash wet soak slide insert
    turn flip apply press push stuff unwrap unthread uncap lift nail score excavate dig underpin support wallop hoover vacuum sweep
    """.split()
)
# Whole words as they are, though they end like an inflection; and forms that no rule of spelling gives, behind what they are forms of.
WHOLE: Final = frozenset(
    """
    across always anything asbestos bearing bed brass bring building bus ceiling christmas dining during evening everything exceed feed
    fitter fitting flashing flatbed flooring gas gases glass has hookup indeed installer insulation is its kansas lagging led less
    lighting living molding morning need nothing opening painter paneling plumber plumbing plus put red ring roofer seed shed shoe
    siding something speed spring string swing texas this unless us various was wed wedding wiring yes
    """.split()
)
IRREGULAR: Final = {form: form for form in WHOLE} | {
    form: base
    for line in """
    take: took taken
    tear: tore torn teardown
    break: broke broken
    bring: brought
    get: got gotten
    blow: blew blown
    run: ran
    hang: hung
    swing: swung
    make: made
    build: built
    lay: laid
    undo: undid
    bend: bent
    feed: fed
    dig: dug
    bust: busted
    do: did done doing does
    go: went gone goes
    demo: demoing demoed
    demolish: demolition demolishing
    remove: removal
    install: installation
    replace: replacement
    relocate: relocation
    connect: connection
    convert: conversion
    disconnect: disconnection
    leave: leaves
    fall: fell
    light: lit
    rip: ripout
    rewire: rewiring
    solder: soldering
    molding: moulding
    fitting: fittings
    pipe: tubing piping pipework
    mold: mould mouldy moldy
    story: storey storeys
    outlet: socket receptacle
    cooktop: hob stovetop
    range: cooker stove oven
    toilet: loo
    bathtub: tub
    aluminum: aluminium
    gray: grey
    roof: rooves
    drywall: drywalling
    fuse: fuses
    bus: buses
    ladder: ladders
    board: boards
    color: colour colours
    paneling: panelling
    """.strip().splitlines()
    for base, _, forms in [line.strip().partition(": ")]
    for form in forms.split()
}
NOUNS: Final = frozenset(
    """
    wall partition beam joist stud header lintel post column truss rafter foundation footing pillar slab
    gas propane pipe pipeline line valve meter hose range cooktop dryer boiler furnace fireplace heater water grill firepit appliance hookup
    panel subpanel breaker fuse circuit outlet wire wiring cable romex conduit electrics electricity electrical service charger
    light fixture lamp chandelier pendant sconce fan dimmer thermostat doorbell lighting
    sink drain toilet shower bathtub faucet sewer stack vent dishwasher washer laundry plumbing bathroom
    roof roofing shingle flashing skylight chimney gutter ladder scaffold scaffolding eave soffit ridge
    asbestos popcorn vermiculite artex tile linoleum vinyl plaster drywall ceiling texture insulation lagging siding mastic adhesive
    paint trim banister window door molding
    mold leak damage rot alarm detector monoxide carbon
    structural structurally bearing supporting electrician landlord hypothetically licensed myself
    """.split()
)
# Things that take a verb away from a dangerous noun further on: "remove the wallpaper from the wall".
THINGS: Final = frozenset(
    """
    wallpaper cabinet cupboard shelf shelving mirror picture frame art decor hook nail screw sticker stain scuff mark border poster
    curtain blind rug carpet furniture sofa table chair desk bed tv knob handle hardware pull backsplash countertop counter worktop
    floor flooring plank hardwood laminate baseboard skirting bulb shade filter remote cover plate faceplate color style design plan idea
    list photo order email appointment quote bid refrigerator fridge microwave hood island pantry rail towel bar rod paneling wainscot
    clock plant garden lawn fence deck patio sheen finish primer roller brush tape towelbar grout caulk budget estimate date schedule
    furring decal mural tapestry sconces speaker battery app bracket cobweb dust grease crayon
    """.split()
)
# Words worth mending, since a rule hangs on them.
MENDABLE: Final = frozenset(
    """
    remove removing removed removal demolish demolishing demolished demolition knock knocking knocked install installing installed
    installation disconnect disconnecting disconnected connect connecting connected relocate relocating relocation reroute replace
    replacing replaced replacement extend extending scrape scraping scraped tear tearing take taking taken move moving upgrade upgrading
    upgraded repair repairing repaired convert ripped chipped notched patched swapped stripped sanding sanded hooked added
    wall walls beam beams joist joists column bearing structural partition sledgehammer support
    asbestos popcorn vermiculite ceiling ceilings texture textured acoustic linoleum insulation plaster drywall tile tiles
    electrical electric electrician circuit circuits breaker breakers panel outlet outlets receptacle wiring wire wires rewire subpanel
    charger recessed lights volts
    gas line lines pipe pipes valve stove furnace boiler dryer cooktop fireplace heater range propane hookup natural
    roof roofing shingle shingles flashing chimney gutter gutters plumbing sink toilet shower drain drains
    light fixture fixtures chandelier switch dimmer paint window windows banister
    """.split()
)
# Words of their own that lie that near to one of those: all such among the 30,522 of MiniLM's vocabulary and in our pages.
ORDINARY: Final = frozenset(
    """
    aided barrister beading beads beans bears beating beats boiled bowler charged charges charter clipped collected collecting concert
    conducted conducting connections contacted contested convent convicted corrected covert deposition discontent drawn dwyer
    electrically electronic exceeding extent flushing gunter healer heated heather inflation installations installers insulating
    isolation joint joints lanes lien liens likes links lives naturally outset pains panes patel pavel pilasters piles pines pitched
    plasterer print recoating regaining relaxation relegation remaining renovation repeating replacements replicate replication
    requiring resolving retire revolving rippled scrap scrapped screaming shove showed single singles slapped slower snapped steve
    stitch stoke stole store stoves strapped strippers structure structured structures swatch tales talking tanking teaming teasing
    sending spending standing stranding
    tides times tires titles token valle value volta wales wallis wells widow widows wills wines wipes wiping wives
    """.split()
)
# Names of several words, behind what the rules call them. The longest that fits is taken.
NAMES: Final = {
    name: meaning
    for line in """
    bearing_wall: load bearing wall, bearing wall, load bearing, loadbearing, loadbearing wall, structural wall, supporting wall
    beam: structural beam, support beam
    post: support post
    column: support column
    retaining: retaining wall
    cabinet: wall cabinet, wall cupboard, wall unit, cabinet panel, end panel, side panel, panel front, light cabinet, slab cabinet
    cabinet: kitchen cabinet, cabinet door, dishwasher door, closet door, storm door
    tile: wall tile, light tile, tile floor
    wallpaper: wall paper, wall covering
    color: wall color, light color, light gray, light blue, light wood, light oak, light green, light beige, light colored, light tone
    color: paint color, paint chip card, paint sample
    paint: wall paint
    art: wall art, wall hanging, gallery wall
    clock: wall clock
    shelf: wall shelf, pipe shelf
    hook: wall hook, wall anchor
    mirror: wall mirror
    sticker: wall sticker, wall decal, peel and stick tile
    light: wall lamp, wall light, undercabinet light, light fixture, light fitting, lamp fixture, ceiling light, ceiling fan
    light: ceiling fixture, ceiling lamp, vanity light, bathroom light, kitchen light, pendant light
    sconce: wall sconce
    range: wall oven, wall range
    cover: wall plate, gas bill, gas station, glass panel, outlet cover, outlet plate, switch plate, switch cover, switchplate
    cover: light switch plate, light switch cover, service charge, toilet seat, toilet paper, toilet flapper, drain cover, drain stopper
    cover: sink strainer
    paneling: wall panel, wood panel
    bracket: wall bracket, wall mount
    accent: accent wall, feature wall
    carpet: wall to wall
    odd: off the wall
    gas_line: gas line, gasline, gas pipe, gas pipeline, gas supply, gas valve, gas fitting, gas connector, gas hose, gas hookup
    gas_line: gas stub, gas meter, gas connection, gas connect, gas main, gas flex line, gas shutoff, gas tap, gas outlet, gas piping
    gas_line: natural gas line, propane line, propane tank, black iron pipe, black iron, csst, line for the gas range, gas range hookup
    gas_line: gas cooktop hookup, gas dryer hookup
    gas: natural gas, lpg, propane
    gas_appliance: gas range, gas cooktop, gas dryer, gas boiler, gas furnace, gas fireplace, gas heater, gas burner, gas water heater
    gas_appliance: gas grill, gas firepit, gas appliance, gas fire
    utility: gas company, gas utility
    fitter: gas fitter
    gas_smell: gas smell, gas odor, gas leak, leak gas
    detector: gas detector
    panel: electrical panel, breaker panel, electric panel, service panel, breaker box, fuse box, fusebox, fuse board, consumer unit
    panel: main panel, sub panel, subpanel, electric meter, electrical service, load center, loadcenter, 200 amp, distribution board
    junction: electrical box, junction box
    breaker: main breaker
    solar: solar panel
    door: panel door, door panel, shower door, slab door
    backsplash: backsplash panel
    outlet: power point, powerpoint, power outlet, electrical outlet, wall outlet, plug outlet, wall plug
    lightswitch: the switch, a switch, old switch, new switch, my switch, each switch, our switch, switch box, three way switch
    lightswitch: light switch, lightswitch, dimmer switch, dimmer, wall switch
    circuit: electric circuit, electrical circuit, ev charger, car charger, 240v, 240 volt, 220v, 220 volt, hot bathtub
    wiring: electrical line, electric line, power line, electrical wiring
    wire: electrical wire, electric wire
    cable: electrical cable, electric cable
    knob_and_tube: knob and tube, knob and tube wiring
    new_light: recessed light, can light, pot light, downlight, recessed lighting
    bulb: light bulb, lightbulb
    shade: lamp shade, light shade, window shade
    decor: table lamp, floor lamp, string light, cable tv, cable box, cable company, internet cable, popcorn maker, popcorn machine
    decor: roof rack, water softener, lamp post, fuse bead, clothes line
    daylight: natural light, more light
    style: light refresh
    floor: light floor
    water_pipe: water supply, water line, water pipe, supply line, shower valve, shutoff valve, water main, main water line
    drain: drain pipe, drain line, waste line, waste pipe, sewer line, sewer pipe, vent stack, soil stack, soil pipe, vent pipe
    drain: sink drain, shower drain, floor drain
    plumbing: sink plumbing
    water_heater: water heater, hot water tank, hot water heater
    curtain: shower curtain, curtain header, window treatment
    showerhead: shower head
    faucet: sink faucet, kitchen sink faucet, bathtub faucet, kitchen faucet
    clog: clogged drain, drain cleaner, drain clog
    popcorn_ceiling: popcorn ceiling, popcorn texture, ceiling popcorn, cottage cheese ceiling, stipple ceiling, stippled ceiling
    popcorn_ceiling: acoustic ceiling, textured ceiling, texture ceiling, ceiling texture, artex, popcorn off the ceiling, spray ceiling
    popcorn_ceiling: popcorn stuff
    pipe_wrap: pipe insulation, pipe lagging, pipe wrap, boiler lagging
    old_floor: floor tile, vinyl tile, 9x9 tile, vinyl floor, sheet vinyl, linoleum, lino, vinyl flooring, linoleum floor
    plank: vinyl plank, luxury vinyl
    mastic: tile glue, black mastic
    old_paint: old paint
    lead_paint: lead paint, lead based paint
    brush: paint brush, paint can
    sheen: paint sheen, paint finish
    roller: paint roller
    tape: painter tape, masking tape
    roof: roof of, roof leak, leaky roof, tile roof, metal roof, roof deck
    shingle: roof shingle, roof tile
    tall_ladder: extension ladder, tall ladder
    carbon_monoxide: carbon monoxide
    firepit: fire pit
    frame: door frame, window frame, bed frame, picture frame
    move: switch to
    rod: towel bar
    filter: water filter
    waterborne: water based
    water_damage: water damage, water stain
    hood: range hood
    wall: half wall, pony wall, kitchen wall, stud wall, partition wall, interior wall, dividing wall, exterior wall
    sink: kitchen sink, bathroom sink
    slab: basement floor, concrete slab
    egress: egress window, basement window
    countertop: stone slab, quartz slab, marble slab, granite slab
    fence: fence post
    deck: deck post
    list: blog post, post it, table header, line item
    bed: bed post
    sill: window sill
    plant: window box
    handle: door handle, door hinge
    knob: door knob
    doorbell: door bell
    schedule: time line
    """.strip().splitlines()
    for meaning, _, names in [line.strip().partition(": ")]
    for name in names.split(", ")
}
