"""A fake Gemini, and our client of it: both live as long as a test's module, and a call is seldom more than a few milliseconds."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from providers.gemini.client import GeminiClient
from tests.gemini.fake import FakeGemini
from tests.gemini.running import fake_gemini

KEY = "a-key-that-nobody-may-see"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[FakeGemini]:
    async with fake_gemini(KEY) as gemini:
        yield gemini


@pytest.fixture
def gemini(running: FakeGemini) -> FakeGemini:
    running.forget()
    return running


@pytest.fixture(scope="module")
async def client(running: FakeGemini) -> AsyncIterator[GeminiClient]:
    client = GeminiClient(SecretStr(KEY), running.url)
    await client.load()
    yield client
    await client.close()
