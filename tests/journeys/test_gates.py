"""Which deed is open to whom, as a table; what is closed to somebody never runs for them, and nothing but deeds is ever closed."""

import pytest

from journeys.vocabulary import CALLED, PERSONAS, SKILLS
from providers.library import library
from providers.people import PersonaError, personas, read_personas

# h homeowner, d diy_worker, c contractor, i investor; admin may do everything.
OPEN_TO = {
    "take_off": "hdci",
    "estimate": "hdci",
    "paint_plan": "hdc",
    "tile_take_off": "hdc",
    "flooring_take_off": "hdc",
    "counter_cuts": "hdc",
    "bathroom_take_off": "hdc",
    "basement_take_off": "c",
    "area_check": "hdci",
    "code_flags": "c",
    "work_schedule": "hdci",
    "fixture_fit": "hdc",
    "estimate_confidence": "hdci",
    "contractor_estimate": "c",
    "value_options": "c",
    "change_order": "c",
    "proposal": "c",
    "quote_comparison": "hdci",
    "rough_range": "hdci",
    "budget_check": "hdci",
    "bathroom_estimate": "hdc",
    "diy_budget": "hd",
    "priorities": "hdi",
    "maintenance_plan": "hdci",
    "energy_plan": "hdci",
    "investment_baseline": "i",
    "investment_options": "i",
    "investment_packages": "i",
    "rental_phasing": "i",
    "refinance": "hi",
    "portfolio_tier": "i",
    "tax_education": "i",
    "unit_result": "i",
    "month_result": "i",
}
LETTERS = {"homeowner": "h", "diy_worker": "d", "contractor": "c", "investor": "i"}


def test_the_table_names_every_skill_and_the_files_every_persona() -> None:
    assert set(OPEN_TO) == set(SKILLS)
    assert set(personas()) == set(PERSONAS) == set(CALLED)


@pytest.mark.parametrize("persona", sorted(PERSONAS))
@pytest.mark.parametrize("skill", sorted(SKILLS))
def test_every_deed_is_open_to_those_it_is_for(skill: str, persona: str) -> None:
    assert personas()[persona].is_allowed(skill) == (persona == "admin" or LETTERS[persona] in OPEN_TO[skill])


def test_gates_name_deeds_that_exist_and_nothing_else() -> None:
    for persona in personas().values():
        assert {*persona.may, *persona.may_not} - {"*"} <= set(SKILLS)


@pytest.mark.parametrize("name", sorted(library().versions))
def test_no_step_of_a_template_runs_for_somebody_what_is_closed_to_them(name: str) -> None:
    template = library().versions[name]
    for step in template.steps:
        for persona in step.personas or template.personas:
            assert all(personas()[persona].is_allowed(run.skill) for run in step.run), f"{step.id} for {persona}"


def test_a_denial_beats_a_permission_everything_beats_both_and_another_packages_skill_speaks_for_itself() -> None:
    some = personas()["investor"].model_copy(update={"may": ["estimate"], "may_not": ["estimate"]})
    assert not some.is_allowed("estimate")
    assert not some.is_allowed("take_off"), "what is not named is not allowed"
    assert some.is_allowed("wallpaper_rolls")
    assert some.model_copy(update={"may": ["*"]}).is_allowed("estimate")


def test_a_mistake_in_a_persona_is_named_with_its_file_and_place(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "guest.yaml").write_text("id: guest\ntitle: Guest\ntone: kind\ndetail: huge\ntech: low\ncolour: red\n")
    with pytest.raises(PersonaError) as told:
        read_personas(folder)
    assert "guest.yaml: detail: " in str(told.value)
    assert "guest.yaml: colour: " in str(told.value)
    (folder / "guest.yaml").write_text("id: host\ntitle: Guest\ntone: kind\ndetail: low\ntech: low\n")
    with pytest.raises(PersonaError, match="named after another persona than 'host'"):
        read_personas(folder)
    (folder / "guest.yaml").write_text("id: [")
    with pytest.raises(PersonaError, match=r"guest\.yaml"):
        read_personas(folder)
