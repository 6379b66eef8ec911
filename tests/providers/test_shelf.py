"""The library's versions, on each database: what new journeys start with, what never changes, and who drew which version."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from journeys.refusals import KeyReused, NothingEarlier, NotPublished, VersionTaken
from providers.library import Library, TemplateChanged, TemplateError
from providers.shelf import Shelf, UnknownVersion
from providers.store.store import Store
from providers.store.tables import assignments, template_log
from providers.store.templates import assignment_of

pytestmark = pytest.mark.anyio
LAUNDRY = """\
id: laundry
version: {version}
title: Laundry room
summary: Measure it.
personas: [homeowner]
locale: en-US
currency: USD
steps:
  - id: measure
    title: Measures
    goal: Know the size.
    needs:
      - {{name: room_size, kind: room_size, title: Size, ask: "{ask}"}}
"""
WHO = {"by": "ann", "tenant": "home"}


def laundry(version: int = 1, ask: str = "How large?") -> str:
    return LAUNDRY.format(version=version, ask=ask)


def shipping(folder: Path, text: str) -> Library:
    folder.mkdir(exist_ok=True)
    (folder / "laundry.yaml").write_text(text)
    return Library(folder)


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    return Shelf(store, shipping(tmp_path / "shipped", laundry()))


async def publish(shelf: Shelf, version: int, ask: str = "How large, in feet?") -> None:
    await shelf.put_draft(laundry(version, ask), key=f"draft-{version}-{ask}", **WHO)
    await shelf.publish("laundry", version, key=f"publish-{version}-{ask}", **WHO)


async def starts_with(shelf: Shelf) -> str:
    return (await shelf.to_start("laundry", "some-journey")).name


async def test_what_is_shipped_is_published_and_started(shelf: Shelf) -> None:
    found = await shelf.found("laundry")
    assert (found.status, found.row["origin"], found.source) == ("published", "shipped", laundry())
    assert await starts_with(shelf) == "laundry@1"


async def test_a_shipped_file_that_changed_without_a_new_version_is_named(shelf: Shelf, tmp_path: Path) -> None:
    await shelf.stock()
    edited = Shelf(shelf.store, shipping(tmp_path / "edited", laundry(ask="How big?")))
    with pytest.raises(TemplateChanged, match=r"laundry.yaml:1: version: laundry@1 is stored with other content.*raise `version`"):
        await edited.stock()
    only_a_comment = Shelf(shelf.store, shipping(tmp_path / "comment", "# a remark\n" + laundry()))
    await only_a_comment.stock()


async def test_a_shipped_file_with_a_new_version_is_what_starts_and_the_old_one_stays(shelf: Shelf, tmp_path: Path) -> None:
    await shelf.stock()
    later = Shelf(shelf.store, shipping(tmp_path / "later", laundry(2, "How big?")))
    assert await starts_with(later) == "laundry@2"
    assert (await later.found("laundry@1")).status == "published"


async def test_a_shipped_version_does_not_overtake_a_later_one_that_was_published_here(shelf: Shelf, tmp_path: Path) -> None:
    await publish(shelf, 7)
    later = Shelf(shelf.store, shipping(tmp_path / "later", laundry(2, "How big?")))
    assert await starts_with(later) == "laundry@7"


async def test_a_draft_starts_nothing_until_it_is_published(shelf: Shelf) -> None:
    await shelf.put_draft(laundry(2, "How big?"), key="k", **WHO)
    assert await starts_with(shelf) == "laundry@1"
    with pytest.raises(NotPublished):
        await shelf.to_start("laundry@2", "j")
    await shelf.publish("laundry", 2, key="p", **WHO)
    assert await starts_with(shelf) == "laundry@2"
    assert (await shelf.to_start("laundry@1", "j")).name == "laundry@1", "an earlier version can still be asked for by name"


async def test_a_draft_can_be_written_again_and_a_published_version_never(shelf: Shelf) -> None:
    await shelf.put_draft(laundry(2, "one"), key="1", **WHO)
    await shelf.put_draft(laundry(2, "two"), key="2", **WHO)
    await shelf.publish("laundry", 2, key="3", **WHO)
    assert "two" in (await shelf.found("laundry@2")).source
    with pytest.raises(VersionTaken, match="Raise `version`"):
        await shelf.put_draft(laundry(2, "three"), key="4", **WHO)
    same = await shelf.put_draft(laundry(2, "two"), key="5", **WHO)
    assert same["status"] == "published", "the same content again is no change"


async def test_a_rollback_starts_the_earlier_version_and_deletes_nothing(shelf: Shelf) -> None:
    for version in (2, 3):
        await publish(shelf, version)
    await shelf.roll_back("laundry", None, key="back", **WHO)
    assert await starts_with(shelf) == "laundry@2"
    assert [row["status"] for row in (await shelf.about("laundry"))["versions"]] == ["published", "published", "retired"]
    with pytest.raises(NotPublished):
        await shelf.to_start("laundry@3", "j")
    await shelf.roll_back("laundry", 1, key="further", **WHO)
    assert await starts_with(shelf) == "laundry@1"
    with pytest.raises(NothingEarlier):
        await shelf.roll_back("laundry", None, key="too far", **WHO)
    await shelf.publish("laundry", 3, key="again", **WHO)
    assert await starts_with(shelf) == "laundry@3"


async def test_who_did_what_is_written_down(shelf: Shelf) -> None:
    await publish(shelf, 2)
    await shelf.roll_back("laundry", None, key="back", by="bob", tenant="home")
    logged = await shelf.store.read(
        lambda db: db.execute(select(template_log.c.action, template_log.c.by).order_by(template_log.c.id)).all()
    )
    assert [tuple(row) for row in logged] == [("shipped", "release"), ("draft", "ann"), ("publish", "ann"), ("rollback", "bob")]


async def test_the_same_key_is_answered_the_same_and_another_body_under_it_is_refused(shelf: Shelf) -> None:
    first = await shelf.put_draft(laundry(2), key="once", **WHO)
    await shelf.publish("laundry", 2, key="p", **WHO)
    assert await shelf.put_draft(laundry(2), key="once", **WHO) == first
    with pytest.raises(KeyReused):
        await shelf.put_draft(laundry(3), key="once", **WHO)


async def test_a_split_shares_new_journeys_out_and_a_journey_keeps_what_it_drew(shelf: Shelf) -> None:
    await publish(shelf, 2)
    await shelf.split("laundry", {1: 50, 2: 50}, "halves", key="s", **WHO)
    drawn = {f"j{n}": (await shelf.to_start("laundry", f"j{n}")).version for n in range(60)}
    assert 10 < Counter(drawn.values())[2] < 50
    await shelf.split("laundry", {1: 100, 2: 0}, None, key="s2", **WHO)
    assert (await shelf.head("laundry"))["experiment"] == "halves", "a changed weight is the same experiment"
    again = {journey: (await shelf.to_start("laundry", journey)).version for journey in drawn}
    assert again == drawn, "recorded once and never computed again"
    assert (await shelf.to_start("laundry", "somebody new")).version == 1
    recorded = await shelf.store.read(lambda db: assignment_of(db, "j0"))
    assert recorded
    assert (recorded["experiment"], recorded["version"]) == ("halves", drawn["j0"])


async def test_a_version_asked_for_by_name_takes_part_in_no_split(shelf: Shelf) -> None:
    await publish(shelf, 2)
    await shelf.split("laundry", {1: 1, 2: 99}, None, key="s", **WHO)
    assert (await shelf.to_start("laundry@1", "j")).version == 1
    assert await shelf.store.read(lambda db: db.execute(select(assignments)).all()) == []


async def test_a_publish_and_an_empty_split_each_end_a_split(shelf: Shelf) -> None:
    await publish(shelf, 2)
    await shelf.split("laundry", {1: 50, 2: 50}, None, key="a", **WHO)
    await shelf.split("laundry", {}, None, key="b", **WHO)
    assert (await shelf.head("laundry"))["split"] is None
    await shelf.split("laundry", {1: 50, 2: 50}, None, key="c", **WHO)
    await shelf.publish("laundry", 1, key="d", **WHO)
    assert (await shelf.head("laundry")) == {"template": "laundry", "version": 1, "experiment": None, "split": None}


async def test_what_is_not_there_or_not_published_is_refused(shelf: Shelf) -> None:
    await shelf.put_draft(laundry(2), key="k", **WHO)
    with pytest.raises(NotPublished):
        await shelf.split("laundry", {1: 50, 2: 50}, None, key="s", **WHO)
    for asked in (
        shelf.publish("laundry", 9, key="p", **WHO),
        shelf.to_start("attic", "j"),
        shelf.found("laundry@9"),
        shelf.about("attic"),
    ):
        with pytest.raises(UnknownVersion):
            await asked
    with pytest.raises(TemplateError, match="yaml:2"):
        await shelf.put_draft("id: x\nversion: none\n", key="bad", **WHO)
