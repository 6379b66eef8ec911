"""The door of `homeview chat`: where its lines come from, what signals do, and the last words."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import Final

from providers.settings import Settings
from worker.chat import CLOSED, Chat
from worker.prompt import Lines, Piped, Typed
from worker.screen import Screen, a_console
from worker.talk import Away, Refused, Talk, client
from worker.words import our_command

PIPE_PATIENCE: Final = 120.0  # seconds without an answer after which nobody at the other end of a pipe should wait longer


async def chat(settings: Settings, *, journey: str | None, template: str, persona: str | None, message: str | None) -> int:
    """The exit code: 0, or 1 where something that came through a pipe was refused or nobody answered."""
    screen = Screen(a_console())
    with _lines(screen) as lines:
        async with client(settings.api_url) as http:
            talking = Chat(Talk(http, patience=None if lines.echoes else PIPE_PATIENCE), screen, lines)
            _on_signals(lines, talking)
            try:
                await talking.run(journey, template, persona, message)
            except (Refused, Away) as sentence:
                screen.attention(str(sentence))
                return 1
            except asyncio.CancelledError:  # Ctrl-C, or the terminal was closed
                pass
            farewell(talking)
    return 1 if talking.troubles and not lines.echoes else 0


def farewell(chat: Chat) -> None:
    screen = chat.screen
    screen.console.print()
    if chat.unanswered:
        screen.attention(f"Not answered yet: “{chat.unanswered}”. When you come back you see whether it arrived.")
    if chat.journey:
        closed = chat.view["status"] in CLOSED
        screen.note("To read it again:" if closed else "Everything is kept. To come back:")
        screen.console.print(f"  {our_command()} chat --journey {chat.journey}")
        screen.console.print()


@contextlib.contextmanager
def _lines(screen: Screen) -> Iterator[Lines]:
    if not sys.stdin.isatty():
        yield Piped()
    elif not screen.console.is_terminal or screen.console.is_dumb_terminal:
        yield Piped(mark="> ")
    else:
        with Typed("› " if screen.unicode else "> ", lambda: screen.console.width) as typed:
            yield typed


def _on_signals(lines: Lines, talking: Chat) -> None:
    """Ctrl-C forgets a half typed line, or stops a reply, then leaves; a closed terminal leaves; coming back from Ctrl-Z draws anew."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGINT, lambda: lines.clear() or talking.hush() or task.cancel())
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    if isinstance(lines, Typed):
        loop.add_signal_handler(signal.SIGCONT, lines.awake)
        loop.add_signal_handler(signal.SIGWINCH, lines.redraw)
