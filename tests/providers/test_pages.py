"""Pages become passages, and a broken one is named."""

import re
from pathlib import Path

import pytest

from journeys.vocabulary import PERSONAS
from providers.errors import Misconfigured
from providers.library import library
from providers.pages import LONGEST, OUR_PAGES, UNCHECKED, BrokenPage, read_page, read_passages

PAGE = """---
title: "Sinks"
topic: plumbing
region: US
source: "general trade knowledge, unchecked"
licence: Apache-2.0
read: 2026-11-22
---

## One bowl or two

One large bowl takes a tray.
Two suit washing by hand.

## Where the seam goes?

Over a cabinet.
"""


def a_page(folder: Path, text: str = PAGE, name: str = "sinks.md") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_our_pages_parse_into_passages_that_fit_a_screen_and_the_model():
    passages = read_passages(OUR_PAGES)
    assert len({passage.id.split("#")[0] for passage in passages}) >= 16
    assert max(len(passage.text) for passage in passages) <= LONGEST
    assert min(len(passage.text) for passage in passages) >= 200


def test_each_of_our_passages_has_a_source_one_could_open_or_says_that_it_is_unchecked():
    for passage in read_passages(OUR_PAGES):
        addresses = re.findall(r"https://[a-z.]+\.gov\b", passage.source)
        assert passage.source == UNCHECKED or addresses, passage.id


def test_no_page_names_a_price():
    for passage in read_passages(OUR_PAGES):
        assert not re.search(r"[$€£]\s*\d|\d\s*(dollars|euros|USD|CAD)\b", passage.text), passage.id


def test_ids_are_unique():
    ids = [passage.id for passage in read_passages(OUR_PAGES)]
    assert len(ids) == len(set(ids))


def test_a_passage_carries_page_and_heading_source_region_and_day(tmp_path):
    first, second = read_page(a_page(tmp_path))
    assert first.model_dump() == {
        "id": "sinks#one-bowl-or-two",
        "title": "Sinks: One bowl or two",
        "text": "One large bowl takes a tray. Two suit washing by hand.",
        "source": UNCHECKED,
        "date_read": "2026-11-22",
        "region": "US",
        "topic": "plumbing",
        "personas": (),
        "steps": (),
        "asked": (),
        "score": 0.0,
    }
    assert second.id == "sinks#where-the-seam-goes"


def test_a_page_says_whom_it_is_for_and_of_which_steps_it_speaks(tmp_path):
    named = PAGE.replace("region: US", "region: US\npersonas: [investor, contractor]\nsteps: [measure]")
    assert {(passage.personas, passage.steps) for passage in read_page(a_page(tmp_path, named))} == {
        (("investor", "contractor"), ("measure",))
    }


def test_every_persona_and_step_that_our_pages_name_exists():
    passages = read_passages(OUR_PAGES)
    assert {persona for passage in passages for persona in passage.personas} <= set(PERSONAS)
    steps = {step.id for template in library().templates.values() for step in template.steps}
    assert {step for passage in passages for step in passage.steps} <= steps


def test_pages_about_danger_are_hidden_from_nobody_in_no_region_and_at_no_step():
    dangers = [passage for passage in read_passages(OUR_PAGES) if passage.topic in ("safety", "health")]
    assert len({passage.id.partition("#")[0] for passage in dangers}) >= 8
    assert {(passage.region, passage.personas, passage.steps) for passage in dangers} == {("general", (), ())}


def test_the_questions_below_a_heading_are_kept_apart_from_its_text(tmp_path):
    first, second = read_page(
        a_page(tmp_path, PAGE.replace("One large bowl", "Asked: one sink or two? / is a big bowl better\n\nOne large bowl", 1))
    )
    assert first.asked == ("one sink or two?", "is a big bowl better")
    assert first.text == "One large bowl takes a tray. Two suit washing by hand."
    assert second.asked == ()


@pytest.mark.parametrize("asked", ["Asked:", "Asked: the same / the same", "Asked: one /  / two"])
def test_questions_that_are_missing_or_repeated_are_named_with_their_line(tmp_path, asked):
    with pytest.raises(BrokenPage) as broken:
        read_page(a_page(tmp_path, PAGE.replace("One large bowl", f"{asked}\n\nOne large bowl", 1)))
    assert "questions" in str(broken.value)
    assert PAGE.replace("One large bowl", asked, 1).splitlines()[broken.value.line - 1].startswith(asked)


def test_ids_and_texts_stay_when_a_page_is_wrapped_anew_or_its_sections_change_places(tmp_path):
    before = read_page(a_page(tmp_path))
    head, one, two = re.split(r"(?=## )", PAGE)
    after = read_page(a_page(tmp_path, head + two + "\n" + one.replace("tray.\nTwo", "tray. Two")))
    assert sorted(after, key=lambda passage: passage.id) == sorted(before, key=lambda passage: passage.id)


def test_a_long_section_is_cut_between_paragraphs_and_a_long_paragraph_between_sentences(tmp_path):
    sentence = "word " * 59 + "end."  # 299 characters
    text = PAGE.replace("Over a cabinet.", f"{sentence}\n\n{sentence} {sentence} {sentence} {sentence}")
    pieces = read_page(a_page(tmp_path, text))[1:]
    assert [piece.id for piece in pieces] == [f"sinks#where-the-seam-goes{n}" for n in ("", ".2", ".3")]
    assert [piece.text for piece in pieces] == [f"{sentence}\n\n{sentence}", f"{sentence} {sentence}", sentence]


def test_the_items_of_a_list_keep_their_lines(tmp_path):
    [piece, _] = read_page(a_page(tmp_path, PAGE.replace("\nTwo suit", "\n- two suit\n  hands\n- or")))
    assert piece.text == "One large bowl takes a tray.\n- two suit hands\n- or washing by hand."


def test_the_readme_is_not_a_page(tmp_path):
    a_page(tmp_path)
    a_page(tmp_path, "# How pages are written\n", "README.md")
    assert len(read_passages(tmp_path)) == 2


@pytest.mark.parametrize(
    ("broken", "line", "says"),
    [
        (PAGE.removeprefix("---\n"), 1, "front matter"),
        ("", 1, "front matter"),
        ("---\ntitle: x\n", 1, "not closed"),
        (PAGE.replace("topic: plumbing\n", ""), 7, "topic: Field required"),
        (PAGE.replace("topic: plumbing", "topic: Hot Water"), 3, "topic"),
        (PAGE.replace("region: US", "region: Seattle"), 4, "region"),
        (PAGE.replace("region: US", "region: US\ncolour: red"), 5, "colour"),
        (PAGE.replace("region: US", "region: US\npersonas: [investor, landlady]"), 5, "there are no personas landlady; there are: admin,"),
        (PAGE.replace("region: US", "region: US\nsteps:\n  - measure\n  - guess"), 5, "there are no steps guess; there are: "),
        (PAGE.replace("region: US", "region: US\npersonas: investor"), 5, "personas"),
        (PAGE.replace("region: US", "region: US\nsteps: []"), 5, "steps"),
        (PAGE.replace("region: US", "region: [US"), 5, "not YAML"),
        (PAGE.replace("region: US", "region: US\nregion: CA"), 5, "not YAML"),
        (PAGE.replace('"general trade knowledge, unchecked"', '"everybody knows"'), 5, "https://"),
        (PAGE.replace("read: 2026-11-22", "read: lately"), 7, "read"),
        (PAGE.replace("\n## One", "\nHello.\n\n## One"), 10, "nothing stands before"),
        (PAGE.replace("## One", "# One"), 10, "the only level"),
        (PAGE.replace("## One bowl or two", "## ?"), 10, "the only level"),
        (PAGE.replace("## Where the seam goes?", "## One bowl, or two?"), 15, "sinks#one-bowl-or-two is taken by the heading in line 10"),
        (PAGE.replace("Over a cabinet.", ""), 15, "empty"),
        (PAGE.replace("Over a cabinet.", "over " * 200), 15, "a sentence of this section has 999 characters"),
        (PAGE.split("##")[0], 9, "no section"),
    ],
)
def test_a_broken_page_is_named_with_file_and_line(tmp_path, broken, line, says):
    file = a_page(tmp_path, broken)
    with pytest.raises(BrokenPage) as problem:
        read_page(file)
    assert str(problem.value).startswith(f"{file}:{line}: ")
    assert says in str(problem.value)


def test_a_page_that_is_not_utf_8_is_named_with_file_and_line(tmp_path):
    file = a_page(tmp_path)
    file.write_bytes(PAGE.replace("Over a cabinet", "Over a café").encode("latin-1"))
    with pytest.raises(BrokenPage, match=r"sinks\.md:17: this is not UTF-8"):
        read_page(file)


@pytest.mark.parametrize("name", ["Sinks.md", "sinks and taps.md", "sinks_.md"])
def test_a_file_name_that_could_not_be_an_id_is_refused(tmp_path, name):
    with pytest.raises(BrokenPage, match="file name"):
        read_page(a_page(tmp_path, name=name))


def test_a_folder_without_pages_is_refused_rather_than_indexed_as_nothing(tmp_path):
    with pytest.raises(Misconfigured, match="no knowledge page"):
        read_passages(tmp_path)
