"""`homeview chat` against a real API and a real worker: what a person sees, at 80 columns."""

import asyncio
import io
import os
import pty
import re
import signal
import struct
import sys
import termios
from collections.abc import Awaitable, Callable
from fcntl import ioctl
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from tests.running import SHORT_KITCHEN, Stack, until
from tests.test_whole_journey import CONVERSATION
from worker.chat import Chat
from worker.markdown import folded
from worker.prompt import Piped
from worker.screen import Screen, a_console
from worker.talk import Event, Refused, Talk
from worker.waiting import Moving

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
Step = str | Callable[["Seen"], Awaitable[None]]


class Seen:
    """A chat on paper: its lines come from a script, in which a step may also do something and wait for what it brings."""

    echoes = False

    def __init__(self, homeview: Stack, *script: Step, encoding: str = "utf-8", http: httpx2.AsyncClient | None = None) -> None:
        self.script = list(script)
        self.paper = io.BytesIO()
        file = io.TextIOWrapper(self.paper, encoding=encoding, write_through=True)
        self.chat = Chat(Talk(http or homeview.http), Screen(a_console(file, width=80)), self)
        self.homeview = homeview

    @property
    def text(self) -> str:
        return self.paper.getvalue().decode()

    def aside(self) -> Any:
        return Piped().aside()

    def clear(self) -> bool:
        return False

    async def next(self) -> str | None:
        while self.script:
            step = self.script.pop(0)
            if isinstance(step, str):
                return step
            await step(self)
        return None

    async def run(self, journey: str | None = None, message: str | None = None) -> str:
        async with asyncio.timeout(60):
            await self.chat.run(journey, "kitchen_renovation@1", None, message)
        return self.text

    async def until_it_shows(self, words: str) -> None:
        await until(lambda: words in self.text, 15)


async def test_a_whole_kitchen_through_a_pipe_fits_80_columns_and_ends_by_itself(homeview: Stack) -> None:
    seen = Seen(homeview, *(text for text, _ in CONVERSATION), "never sent")
    text = await seen.run()
    assert [line for line in text.splitlines() if len(line) > 80 or line != line.rstrip()] == []
    assert seen.script == ["never sent"]
    assert text.count("✓ Your project") == len(CONVERSATION)
    assert "✓ Estimate  ✓ Who does the work" in text
    assert re.search(r"Cabinets +\$[\d,.]+ +\$[\d,.]+ +\$[\d,.]+\n", text)
    assert (await homeview.view(seen.chat.journey))["status"] == "completed"


async def test_it_greets_with_the_first_question_and_the_steps(homeview: Stack) -> None:
    text = await Seen(homeview).run()
    assert text.index("Kitchen renovation") < text.index("● Your project  ○ Measures") < text.index("What would you like to change")


async def test_sources_are_listed_once_under_the_reply_with_their_numbers(homeview: Stack) -> None:
    text = await Seen(homeview, "How long does a kitchen renovation take?").run()
    assert re.search(r"\[1\] How long a kitchen takes.*\n(.*\n)*?      general trade knowledge, unchecked\n", text)
    assert "Sources:" not in text


async def test_a_choice_is_made_by_its_number(homeview: Stack) -> None:
    seen = Seen(homeview, "A kitchen in Seattle, 98101, 14.5 x 12 ft with 22.5 feet of countertop", "4", "2.")
    text = await seen.run()
    assert "  4  Farmhouse\n" in text
    inputs = (await homeview.view(seen.chat.journey))["inputs"]
    assert (inputs["style"]["option"], inputs["scope"]["option"]) == ("farmhouse", "moderate")


async def test_a_number_that_answers_the_question_is_no_choice(homeview: Stack) -> None:
    seen = Seen(homeview, "A kitchen in Seattle, 98101", "14.5 x 12 ft", "5")
    text = await seen.run()
    assert "a back to your project" in text
    assert (await homeview.view(seen.chat.journey))["inputs"]["counter_run"]["feet"] == "5"


async def test_a_decision_a_step_back_and_keeping_it_are_choices_too(homeview: Stack) -> None:
    journey = await homeview.start()
    for text, _ in CONVERSATION[:6]:
        await homeview.say(journey, text)
    seen = Seen(homeview, "2", "/back estimate", "1")
    text = await seen.run(journey)
    assert "1  Accept the estimate\n  2  Change the products" in text
    assert "↻ Estimate (to look at again)" in text
    assert "Keep products as it is" in text


async def test_coming_back_shows_where_it_was_and_goes_on(homeview: Stack) -> None:
    journey = await homeview.start()
    await homeview.say(journey, "A kitchen in Seattle, 98101")
    text = await Seen(homeview, "14.5 x 12 ft, 22.5 feet of countertop").run(journey)
    assert text.index("› A kitchen in Seattle, 98101") < text.index("● Measures") < text.index("● Style and scope")


async def test_an_unknown_journey_is_a_sentence(homeview: Stack) -> None:
    with pytest.raises(Refused, match="There is no such journey"):
        await Seen(homeview).run("nothing")


async def test_what_another_window_says_appears_while_the_prompt_waits(homeview: Stack) -> None:
    async def from_another_window(seen: Seen) -> None:
        await homeview.say(seen.chat.journey, "A kitchen in Seattle, 98101")
        await seen.until_it_shows("How long and how wide is the kitchen?")

    text = await Seen(homeview, from_another_window, "14.5 x 12 ft, 22.5 feet of countertop").run()
    assert re.search(r"In another window\n› A kitchen in Seattle, 98101\n\n  Noted", text)
    assert text.count("Noted") == 2


async def test_a_reminder_appears_while_the_prompt_waits(homeview: Stack) -> None:
    journey = await homeview.start()
    turn = {"turn_id": "r1", "operation": "timer", "text": None, "status": "done", "reply": {"text": "A reminder: the estimate waits."}}
    view = await homeview.view(journey)

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"turn": turn} if "/turns/" in request.url.path else view)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://homeview.test") as http:
        seen = Seen(homeview, http=http)
        seen.chat.journey, seen.chat.view = journey, view
        for _ in range(2):  # a stream may tell it again
            await seen.chat.heard(Event("notice", {"turn_id": "r1"}, 7))
    assert seen.text.count("A reminder\n\n  A reminder: the estimate waits.") == 1


async def test_a_server_that_is_away_is_a_sentence_and_nothing_typed_is_lost(homeview: Stack) -> None:
    class Away(httpx2.AsyncHTTPTransport):
        refusals = 3

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.method == "POST" and request.url.path.endswith("/messages") and self.refusals:
                self.refusals -= 1
                raise httpx2.ConnectError("refused")
            return await super().handle_async_request(request)

    async with httpx2.AsyncClient(transport=Away(), base_url=homeview.settings.api_url) as http:
        seen = Seen(homeview, "A kitchen in Seattle, 98101", http=http)
        text = await seen.run()
    assert text.count("HomeView is away. What you wrote is kept here") == 1
    assert text.index("HomeView is away") < text.index("Noted")
    assert (await homeview.view(seen.chat.journey))["turns"] == 2


async def test_a_refusal_is_a_sentence_with_what_can_be_done(homeview: Stack) -> None:
    text = await Seen(homeview, "/pause", "A kitchen in Seattle, 98101", "/resume").run()
    told = " ".join(text.split())
    assert "You can go on with /resume or end it for good with /end." in told
    assert "Problem" not in text
    assert "409" not in text


async def test_ending_a_journey_is_asked_twice(homeview: Stack) -> None:
    seen = Seen(homeview, "/end", "no", "/end", "yes")
    text = await seen.run()
    assert text.index("It goes on.") < text.rindex("This ends the journey for good.")
    assert (await homeview.view(seen.chat.journey))["status"] == "abandoned"


async def test_slash_commands_answer_in_the_words_of_a_person(homeview: Stack) -> None:
    journey = await homeview.start()
    for text, _ in CONVERSATION[:6]:
        await homeview.say(journey, text)
    commands = ("/why", "/status", "/timeline", "/results", "/results measure", "/results x", "/what", "/help", "/quit", "never sent")
    text = await Seen(homeview, *commands).run(journey)
    shown = " ".join(text.split())
    for words in (
        "waits for your decision on estimate",
        "active, 5 of 7 steps done",
        "worked out: take-off; worked out: estimate",
        "Estimate version 1, made",
        "Measures has no results yet.",
        "There is no step “x”. Name one of: take-off, estimate.",
        "There is no such command. /help lists them.",
        "/results STEP the results of a step in full",
    ):
        assert words in shown
    assert text.endswith("› /quit\n")


async def test_a_terminal_without_unicode_gets_plain_characters(homeview: Stack) -> None:
    text = await Seen(homeview, "A kitchen in Seattle, 98101", "How long does it take?", encoding="ascii").run()
    assert "x Your project  > Measures  . Style and scope" in text
    assert '"A kitchen in Seattle, 98101"' in text
    assert "?" not in re.sub(r"take\?|wide is the kitchen\?|and why\?", "", text)


def test_while_an_answer_is_on_its_way_its_steps_and_pieces_are_shown_and_a_retry_starts_over() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80)
    view = {"step": "a", "steps": [{"id": "a", "title": "First", "status": "open"}, {"id": "b", "title": "Second", "status": "pending"}]}
    moving = Moving(Screen(console), view)
    for attempt, piece in ((1, "Half an ans"), (2, "The whole "), (2, "answer.")):
        moving.heard(Event("token", {"attempt": attempt, "text": piece}))
    moving.heard(Event("step", {"step": "b", "steps": {"a": "done", "b": "open"}}))
    console.print(moving.render())
    assert out.getvalue().startswith("The whole answer.\n\n✓ First  ● Second\n")


def test_a_long_list_is_folded_and_a_short_one_is_not() -> None:
    items = [f"- point {n}" for n in range(20)]
    assert folded("\n".join(["Granted:", *items])).splitlines()[-1] == "- … and 17 more: /results shows all"
    assert folded("\n".join(items[:5])) == "\n".join(items[:5])


def test_words_that_look_like_markup_are_shown_as_they_are() -> None:
    out = io.StringIO()
    Screen(Console(file=out, width=80)).reply({"reply": {"text": "Noted — “a <b>big</b> [red]sink[/red]” and\nthe next line"}})
    assert "a <b>big</b> [red]sink[/red]” and\n  the next line" in out.getvalue()


# --- as a process of its own ------------------------------------------------------------------------------------------------
def environment(homeview: Stack) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return {**plain, **homeview.settings.environment(), "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}


async def test_piped_lines_are_answered_and_the_way_back_is_printed(homeview: Stack) -> None:
    command = [sys.executable, "-m", "worker.cli", "chat", "--template", SHORT_KITCHEN, "--message", "A kitchen in Seattle, 98101"]
    pipe = asyncio.subprocess.PIPE
    chat = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(homeview), cwd=ROOT)
    out, err = await asyncio.wait_for(chat.communicate(b"14.5 x 12 ft\n22.5 feet of countertop\n"), 60)
    assert (chat.returncode, err) == (0, b"")
    text = out.decode()
    assert text.count("\n› ") == 3
    [journey] = re.findall(r"homeview chat --journey ([0-9a-f-]{36})", text)
    assert (await homeview.view(journey))["step"] == "style"


class Terminal:
    """A chat in a terminal of its own, 80 x 40; `screen` is all that was written to it, without colours and moves."""

    def __init__(self, homeview: Stack, *arguments: str) -> None:
        self.ours, self.theirs = pty.openpty()
        ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
        self.before = termios.tcgetattr(self.theirs)
        self.command, self.env = [sys.executable, "-m", "worker.cli", "chat", *arguments], environment(homeview)
        self.written = b""

    async def __aenter__(self) -> "Terminal":
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdin=self.theirs, stdout=self.theirs, stderr=self.theirs, env=self.env, cwd=ROOT, start_new_session=True
        )
        asyncio.get_running_loop().add_reader(self.ours, self._read)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        asyncio.get_running_loop().remove_reader(self.ours)
        os.close(self.ours)
        os.close(self.theirs)

    def _read(self) -> None:
        self.written += os.read(self.ours, 65536)

    @property
    def screen(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.written.decode(errors="replace")).replace("\r", "")

    def type(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    async def shows(self, words: str, times: int = 1) -> None:
        await until(lambda: self.screen.count(words) >= times, 30)

    async def prompts(self) -> None:
        """An empty line waits to be typed."""
        await until(lambda: self.screen.endswith("› "), 30)

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), 15)


async def test_in_a_terminal_a_half_typed_line_survives_what_arrives_meanwhile(homeview: Stack) -> None:
    journey = await homeview.start()
    async with Terminal(homeview, "--journey", journey) as terminal:
        await terminal.prompts()
        terminal.type("14.5 x ")
        await terminal.shows("› 14.5 x ")
        await homeview.say(journey, "A kitchen in Seattle, 98101")
        await terminal.shows("In another window")
        await terminal.shows("› 14.5 x ", times=2)
        terminal.type("12 ft\n")
        await until(lambda: "14.5 x 12 ft." in terminal.screen, 30)
        terminal.type("\x04")
        assert await terminal.ended() == 0
        assert f"homeview chat --journey {journey}" in terminal.screen
        assert termios.tcgetattr(terminal.theirs) == terminal.before
    turns = (await homeview.http.get(f"/v1/journeys/{journey}/messages")).json()["items"]
    assert [turn["text"] for turn in turns[1:]] == ["A kitchen in Seattle, 98101", "14.5 x 12 ft"]


async def test_ctrl_c_forgets_the_line_then_leaves_politely(homeview: Stack) -> None:
    async with Terminal(homeview) as terminal:
        await terminal.prompts()
        terminal.type("never mind")
        await terminal.shows("› never mind")
        terminal.process.send_signal(signal.SIGINT)
        await terminal.prompts()
        terminal.type("/why\n")
        await terminal.shows("waits for you to say")
        await terminal.prompts()
        terminal.process.send_signal(signal.SIGINT)
        assert await terminal.ended() == 0
        assert "Everything is kept. To come back:" in terminal.screen
        assert "Traceback" not in terminal.screen
        assert termios.tcgetattr(terminal.theirs) == terminal.before


async def test_nobody_at_home_is_a_sentence_and_leaving_is_still_possible(homeview: Stack) -> None:
    terminal = Terminal(homeview)
    terminal.env["HOMEVIEW_API_PORT"] = "1"
    async with terminal:
        await terminal.shows("Is `homeview dev` running?")
        terminal.process.send_signal(signal.SIGINT)
        assert await terminal.ended() == 0
        assert "Traceback" not in terminal.screen
