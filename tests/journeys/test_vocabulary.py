"""One vocabulary: what one part says, the other knows. Names are read in the source, so that no list has to be kept by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from ruamel.yaml import YAML

from api.errors import PROBLEMS
from journeys import engine
from journeys.effects import EffectDone, EffectStatus, word_for, word_later
from journeys.refusals import by_name
from journeys.safety import RULES
from journeys.vocabulary import ACTIONS, FACTS, INTENTS, PERSONAS, SKILLS, Kind, of_kind
from providers.library import library
from providers.offline.reader import MOVES
from providers.offline.sentences import SENTENCES
from providers.skills import OURS, registry

ROOT = Path(__file__).parents[2]
SAYERS = ("activities/records.py", "activities/guarding.py", "journeys/moving.py", "journeys/obligations.py", "activities/owed.py")
EXAMPLES = ROOT / "journeys" / "intents.yaml"
# The labels of the steps of the five written journeys, and the intent each has here. Where the proposal they come from had names that
# are not ours: visualise_design is choose_style and find_products choose_products; change_scope is define_scope; of check_budget,
# comparing a budget with the price is estimate_cost and dividing it prioritise.
LABELS = {
    "start_project": ["discovery", "onboarding", "project_planning"],
    "define_scope": ["scope_definition", "requirements_gathering", "contractor_scoping", "change_order", "scope_modification"],
    "upload_floor_plan": ["floor_plan_upload", "multi_floor_analysis"],
    "build_twin": ["digital_twin_creation", "digital_twin_setup", "digital_twin_update"],
    "analyse_photos": ["image_analysis", "material_detection", "site_analysis"],
    "assess_condition": ["condition_assessment", "comprehensive_analysis", "whole_home_assessment"],
    "choose_style": ["design_request", "style_visualization"],
    "choose_products": ["product_search", "material_recommendation"],
    "take_off": ["material_quantity", "calculation_request"],
    "estimate_cost": ["cost_estimate", "professional_estimation", "budget_analysis", "budget_validation"],
    "find_contractor": ["contractor_search", "local_professional_search"],
    "assess_diy": ["diy_assessment", "diy_project_planning"],
    "get_diy_guide": ["guide_request", "diy_guide_request", "step_by_step_instructions"],
    "find_video": ["video_tutorial_request"],
    "plan_maintenance": ["maintenance_guidance", "maintenance_planning", "predictive_analysis"],
    "prioritise": ["prioritization_planning", "priority_planning", "budget_allocation"],
    "save_energy": ["energy_efficiency", "cost_savings_analysis"],
    "make_document": ["proposal_generation"],
    "check_permits": ["permit_requirements", "code_compliance", "inspection_preparation"],
    "analyse_investment": ["investment_analysis", "investment_profile", "market_analysis", "rental_optimization"],
    "rank_roi": ["roi_analysis", "roi_calculation", "investment_optimization"],
    "phase_plan": ["phased_implementation", "cash_flow_management"],
    "plan_portfolio": ["portfolio_strategy", "wealth_building", "long_term_planning"],
    "plan_tax": ["tax_optimization", "financial_planning"],
}


def source(*paths: str) -> ast.Module:
    return ast.parse("\n".join((ROOT / path).read_text(encoding="utf-8") for path in paths))


def words(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name == (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        ):
            yield node


THE_ENGINE = [f"journeys/{page}.py" for page in ("draft", "hearing", "changes", "walk")]


def compared(tree: ast.AST, variable: str) -> Iterator[str]:
    """What the variable is compared with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == variable:
            for other in node.comparators:
                yield from words(other)


def line_codes() -> set[str]:
    """The codes the engine and its caller can say: literal ones, and those that a variable was compared with just before."""
    found = set[str]()
    for function in [node for node in ast.walk(source(*THE_ENGINE)) if isinstance(node, ast.FunctionDef)]:
        for call in calls(function, "line"):
            code = call.args[0]
            match code:
                case ast.Constant() | ast.IfExp():
                    found |= set(words(ast.Module([ast.Expr(branch) for branch in branches(code)], [])))
                case _:
                    named = set(compared(guard_of(function, call), ast.unparse(code)))
                    assert named, f"line {call.lineno}: it can't be told what is said"
                    found |= named
    for call in calls(source(*SAYERS), "Line"):
        found |= {word for keyword in call.keywords if keyword.arg == "code" for word in words(keyword.value)}
    found |= {word_for(a_done(status, went_out=out)) for status in get_args(EffectStatus) for out in (True, False)}
    known: tuple[EffectStatus | None, ...] = (None, *get_args(EffectStatus))
    found |= {word_later(was, a_done(status, went_out=True)) for status in get_args(EffectStatus) for was in known}
    return found | {"not_withdrawn", "left"}


def a_done(status: EffectStatus, went_out: bool) -> EffectDone:
    return EffectDone(deed="d", kind="quote_request", step="s", status=status, went_out=went_out)


def guard_of(function: ast.FunctionDef, call: ast.Call) -> ast.expr:
    """The condition under which the call is made."""
    guards = [node for node in ast.walk(function) if isinstance(node, ast.If) and any(call in ast.walk(line) for line in node.body)]
    assert guards, f"line {call.lineno}: it can't be told what is said"
    return guards[-1].test


def branches(code: ast.expr) -> list[ast.expr]:
    return [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]


def test_every_line_the_engine_can_say_has_its_sentence_and_every_sentence_is_said() -> None:
    assert line_codes() == set(SENTENCES)


def test_the_lines_are_listed_at_the_top_of_the_engine() -> None:
    listed = (engine.__doc__ or "").replace("\n", " ").partition("turns into sentences:")[2].partition(". The activities add")[0]
    codes = re.sub(r"\([^)]*\)", "", listed).replace("\n", " ").strip(" .").split(", ")
    elsewhere = {
        "hazard",
        "withheld",
        "no_knowledge",
        "no_model",
        "no_words",
        "over_budget",
        "moved",
        "put_away",
    }  # the activities and moving.py
    elsewhere |= {"sent_out", "kept_here", "not_sent", "not_sent_yet", "in_doubt", "withdrawn", "not_withdrawn", "left"}
    elsewhere |= {"came_out", "sent_late", "withdrawn_late"}
    elsewhere |= {"cut_off", "owed", "let_go", "made_good", "given_up", "not_taken"}  # obligations
    assert sorted(codes) == sorted(set(SENTENCES) - elsewhere)


def test_every_intent_the_engine_knows_is_in_the_vocabulary() -> None:
    tree = source("journeys/hearing.py")
    assert {*compared(tree, "top"), *compared(tree, "means"), *engine.QUESTIONS} <= set(INTENTS)
    assert set(MOVES) <= set(INTENTS)


def test_every_label_of_the_written_journeys_is_an_intent() -> None:
    assert sum(map(len, LABELS.values())) == len({label for labels in LABELS.values() for label in labels}) == 63
    assert set(LABELS) <= set(INTENTS)


def test_an_intent_completes_the_question_what_one_wanted() -> None:
    assert len({aim.title for aim in INTENTS.values()}) == len(INTENTS)
    assert not any(aim.title[0].isupper() or aim.title.endswith((".", "?")) for aim in INTENTS.values())


def test_every_kind_of_intent_is_known_and_used() -> None:
    assert {aim.kind for aim in INTENTS.values()} == set(get_args(Kind))
    assert of_kind("talk") == {"small_talk", "out_of_scope"}


def test_there_are_examples_of_every_intent_and_of_no_other() -> None:
    if not EXAMPLES.exists():
        pytest.skip("journeys/intents.yaml is missing")
    examples = YAML(typ="safe").load(EXAMPLES)
    assert set(examples) == set(INTENTS)
    assert all(examples.values())


def offered() -> set[str]:
    """Actions that a view, a refusal or a problem names."""
    found = {word for call in calls(source("journeys/view.py"), "_action") for word in words(call.args[0])}
    found |= {action for refusal in by_name().values() for action in refusal.actions}
    found |= {action for _, _, actions in PROBLEMS.values() for action in actions}
    for call in calls(source("activities/records.py"), "problem"):
        found |= {word for argument in call.args if isinstance(argument, ast.List) for word in words(argument)}
    return found


def test_every_action_that_is_offered_is_in_the_vocabulary() -> None:
    assert offered() <= set(ACTIONS)


def test_every_action_of_the_vocabulary_is_offered_somewhere() -> None:
    after_a_202 = {"wait"}  # what a person does whose turn still runs: the chat says it, no answer names it
    assert set(ACTIONS) - offered() <= after_a_202


def test_every_skill_of_the_vocabulary_can_be_run_and_no_other() -> None:
    found = registry()
    assert [one for one in found.broken if one.package == OURS] == []
    assert {name for name, skill in found.skills.items() if skill.package == OURS} == set(SKILLS)


def test_every_template_names_skills_that_exist() -> None:
    for template in library().templates.values():
        assert {run.skill for step in template.steps for run in step.run} <= set(SKILLS)


def test_every_skill_of_ours_is_run_by_a_template_or_by_the_page_for_newcomers_or_stands_free_for_a_trade() -> None:
    """Those that stand free measure one trade of any room, for templates that somebody else writes; each has its golden figures."""
    run = {run.skill for template in library().versions.values() for step in template.steps for run in step.run}
    taught = set(re.findall(r"skill: (\w+)", (ROOT / "docs" / "writing-a-journey.md").read_text(encoding="utf-8")))
    assert set(SKILLS) - run - taught == {"tile_take_off", "counter_cuts"}


def test_every_fact_a_template_waits_for_is_in_the_vocabulary_and_each_of_those_is_waited_for() -> None:
    waited = {step.outside.fact for template in library().templates.values() for step in template.steps if step.outside}
    assert waited == set(FACTS)


def test_an_input_means_the_same_wherever_it_is_asked_for_or_read() -> None:
    kinds: dict[str, set[str]] = {}
    for template in library().templates.values():
        for _, need in template.needs():
            kinds.setdefault(need.name, set()).add(need.kind)
        for name, value in template.given.items():
            kinds.setdefault(name, set()).add(value.kind)
    for manifest in registry().manifests.values():
        for name, kind in {**manifest.inputs, **manifest.optional}.items():
            kinds.setdefault(name, set()).add(kind)
    assert {name: each for name, each in kinds.items() if len(each) > 1} == {}


def test_every_input_that_a_skill_of_ours_reads_can_be_given_somewhere() -> None:
    asked = {name for template in library().templates.values() for name in (*template.given, *(need.name for _, need in template.needs()))}
    run = {run.skill for template in library().templates.values() for step in template.steps for run in step.run}
    manifests = registry().manifests
    never = {(skill, name) for skill in run for name in manifests[skill].inputs if name not in asked and name != "currency"}
    assert never == set()


def test_every_journey_that_a_template_starts_exists() -> None:
    for template in library().templates.values():
        for step in template.steps:
            for pick in step.decision.options if step.decision else []:
                assert pick.starts is None or library().newest(pick.starts), f"{template.name}: {pick.starts}"


def test_safety_tags_are_rules_that_exist() -> None:
    for template in library().versions.values():
        for step in template.steps:
            assert set(step.safety_tags) <= set(RULES), f"{template.name}, {step.id}"


def test_every_template_is_for_personas_that_exist() -> None:
    for template in library().templates.values():
        assert set(template.personas) <= set(PERSONAS)
