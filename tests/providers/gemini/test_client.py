"""The connection to Gemini: when it opens and closes, and where it never goes."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from providers.base import Generated
from providers.errors import Misconfigured, UpstreamNetwork
from providers.gemini.client import GeminiClient
from providers.gemini.model import GeminiModel
from tests.gemini.fake import FakeGemini
from tests.providers.gemini.conftest import KEY
from tests.running import until

pytestmark = pytest.mark.anyio


async def ask(client: GeminiClient, on_text: Callable[[str], Awaitable[None]] | None = None) -> Generated:
    return await GeminiModel(client).generate("Be brief.", "How deep?", most_tokens=500, seconds=10, on_text=on_text)


async def ignore(text: str) -> None: ...


async def test_a_client_opens_at_its_first_call_and_again_after_it_was_closed(gemini: FakeGemini) -> None:
    client = GeminiClient(SecretStr(f" {KEY}\n"), f"{gemini.url}/")
    for _ in range(2):
        answers = await asyncio.gather(*(ask(client) for _ in range(3)))
        assert [answer.finish for answer in answers] == ["stop"] * 3
        await client.close()
    await client.close()


async def test_nothing_in_the_environment_sends_a_question_elsewhere(gemini: FakeGemini, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9", "GOOGLE_GENAI_API_VERSION": "v1", "GOOGLE_GENAI_HTTP_CLIENT": "httpx"}
    switched = {"GOOGLE_GENAI_USE_VERTEXAI": "true", "GOOGLE_GENAI_USE_ENTERPRISE": "true", "GOOGLE_CLOUD_PROJECT": "a-project"}
    for name, value in {**elsewhere, **switched, "GOOGLE_API_KEY": "another", "GEMINI_API_KEY": "another"}.items():
        monkeypatch.setenv(name, value)
    client = GeminiClient(SecretStr(KEY), gemini.url)
    assert (await ask(client)).finish == "stop"
    await client.close()
    assert [(call.version, call.gave) for call in gemini.calls] == [("v1beta", "answer")]


@pytest.mark.parametrize("streams", [False, True])
async def test_who_waits_while_the_client_closes_sees_the_connection_break(gemini: FakeGemini, streams: bool) -> None:
    client = GeminiClient(SecretStr(KEY), gemini.url)
    gemini.fault("stalled_stream" if streams else "hang")
    waiting = asyncio.create_task(ask(client, ignore if streams else None))
    await until(lambda: gemini.calls, 10)
    await asyncio.sleep(0.1)
    await client.close()
    with pytest.raises(UpstreamNetwork):
        await waiting


@pytest.mark.parametrize("key", ["", "  ", "two words", "kéy", "line\nbreak"])
def test_a_key_that_could_not_be_sent_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        GeminiClient(SecretStr(key))
    assert not key.strip() or key not in str(refusal.value)


def test_an_address_that_is_none_is_refused_without_being_shown() -> None:
    with pytest.raises(Misconfigured) as refusal:
        GeminiClient(SecretStr("key"), "ftp://user:secret@127.0.0.1")
    assert "secret" not in str(refusal.value)


def test_a_worker_that_imports_us_has_not_imported_google() -> None:
    slow = ["google.genai", "genai_prices", "httpx2"]
    code = f"import sys, providers.gemini.embedder, providers.gemini.model; print([name for name in {slow} if name in sys.modules])"
    root = Path(__file__).parents[3]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
