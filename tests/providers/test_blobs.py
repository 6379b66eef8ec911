"""The object store keeps what it took, whole and by name, in a folder as in a bucket, and says what is wrong with it in our own errors."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from providers.blobs import Blobs, folder
from providers.errors import AuthConfig, Misconfigured, ProviderError, Upstream5xx, UpstreamTimeout
from tests.object_store import KEYS, ObjectStore, its_keys, object_store
from tests.running import settings_at

pytestmark = pytest.mark.anyio


@pytest.fixture
async def bucket() -> AsyncIterator[ObjectStore]:
    async with object_store() as running:
        with its_keys():
            yield running


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, bucket: ObjectStore, tmp_path: Path) -> Blobs:
    return Blobs(folder(tmp_path / "a folder, with ümläut") if request.param == "folder" else bucket.url)


async def test_what_is_put_is_there_until_it_is_deleted_however_often_either_is_asked_for(blobs: Blobs) -> None:
    assert not await blobs.has("outbox/a.txt")
    for _ in range(2):
        await blobs.put("outbox/a.txt", b"Please send a price.")
    assert await blobs.has("outbox/a.txt")
    assert not await blobs.has("outbox/b.txt")
    for _ in range(2):
        await blobs.delete("outbox/a.txt")
    assert not await blobs.has("outbox/a.txt")


async def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ProviderError):
        await Blobs(folder(tmp_path / "blobs")).put("../outside.txt", b"no")
    assert not (tmp_path / "outside.txt").exists()


async def test_a_bucket_gets_the_file_under_the_prefix_of_the_url(bucket: ObjectStore) -> None:
    await Blobs(bucket.url).put("outbox/a.txt", b"Please send a price.")
    assert bucket.files == {"homeview/outbox/a.txt": b"Please send a price."}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("500", Upstream5xx),
        ("503", Upstream5xx),
        ("507", Upstream5xx),
        ("reset", Upstream5xx),
        ("401", AuthConfig),
        ("403", AuthConfig),
        ("404", Misconfigured),
        ("hang", UpstreamTimeout),
    ],
)
async def test_each_fault_of_a_bucket_is_told_as_its_kind_and_nothing_of_the_request_with_it(
    bucket: ObjectStore, fault: str, kind: type[ProviderError]
) -> None:
    bucket.strike(fault)
    with pytest.raises(ProviderError) as told:
        await Blobs(bucket.url, seconds=1.0).put("outbox/a.txt", b"Please send a price.")
    assert type(told.value) is kind
    assert told.value.__cause__ is None
    said = str(told.value)
    assert said.endswith(".")
    assert not [secret for secret in (*KEYS.values(), "a.txt", "127.0.0.1", "price") if secret in said]
    assert bucket.asked == ["PUT"]  # one request a call: tries are Temporal's


async def test_nobody_at_its_address_is_told_as_such(bucket: ObjectStore) -> None:
    with pytest.raises(Upstream5xx):
        await Blobs("s3://home?endpoint=http://127.0.0.1:9").put("a.txt", b"")


async def test_a_folder_that_cant_be_one_is_told_and_works_once_it_can(tmp_path: Path) -> None:
    place = tmp_path / "blobs"
    place.write_text("A file is in its place.")
    blobs = Blobs(folder(place))
    with pytest.raises(Upstream5xx):
        await blobs.put("a.txt", b"a")
    place.unlink()
    await blobs.put("a.txt", b"a")
    assert (place / "a.txt").read_bytes() == b"a"


@pytest.mark.parametrize(
    "url", ["", "blobs", "file://blobs", "http://host/bucket", "s3://", "s3://key:secret@bucket", "s3://b?secret=x", "gs://b?endpoint=x"]
)
def test_an_address_of_no_object_store_ends_the_start_with_a_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError, match=r"object store is|takes no|no keys in this address"):
        settings_at(tmp_path, "127.0.0.1:1", blobs_url=url)
