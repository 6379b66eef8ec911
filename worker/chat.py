"""`homeview chat`: a conversation with one journey in a terminal, or by lines from a pipe."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.text import Text

from journeys.view import View, still_owed, unsure
from worker.choices import choices, chosen
from worker.money import spending
from worker.prompt import Lines
from worker.screen import Choice, Screen
from worker.talk import Away, Delay, Event, Json, Refused, Talk, new_key
from worker.waiting import Flight, flight

CLOSED: Final = ("completed", "abandoned")
LEAVING: Final = frozenset({"quit", "exit", "bye", "/quit", "/exit", "/q"})
HELP: Final = (
    ("just write", "answer the question, ask one, or say what should change"),
    ("1, 2, 3 …", "choose what is offered under that number; of a list several, as in 1 3"),
    ("/status", "where the journey stands"),
    ("/why", "what it waits for, in a sentence"),
    ("/results STEP", "the results of a step in full, with earlier versions"),
    ("/timeline", "what happened so far"),
    ("/back STEP", "go back to a step; nothing is lost"),
    ("/skip", "skip this step, where that is possible"),
    ("/cost", "what the language models have cost in this journey"),
    ("/budget AMOUNT", "what they may cost altogether, in US dollars, as in /budget 2.50"),
    ("Ctrl-C", "stop a reply that is being written; again, or with none, leave"),
    ("/pause, /resume", "rest, and go on"),
    ("/end", "end the journey for good"),
    ("/quit", "leave; the journey stays, and the command to come back is shown"),
)


class Leave(Exception):
    """The person wants to go."""


class Chat:
    def __init__(self, talk: Talk, screen: Screen, lines: Lines) -> None:
        self.talk, self.screen, self.lines = talk, screen, lines
        self.journey, self.view = "", Json()
        self.offered: list[Choice] = []
        self.replied: list[Json] = []  # what the last reply named to do
        self.shown: set[str] = set()  # turns that are on the screen
        self.held: list[str] = []  # turns heard of while one of ours was on its way
        self.flight: Flight | None = None
        self.hushing: asyncio.Task[None] | None = None
        self.delay: str | None = None
        self.unanswered = ""
        self.troubles = 0
        talk.told = self.delayed

    async def run(self, journey: str | None, template: str, persona: str | None, message: str | None) -> None:
        """Until the person leaves or the lines end. Raises Refused where there is nothing to talk to, Away where nobody answers."""
        await (self.come_back(journey) if journey else self.begin(template, persona))
        listening = asyncio.create_task(self.listen())
        try:
            with contextlib.suppress(Leave):
                if message:
                    self.screen.said(message)
                    await self.send("messages", {"text": message})
                while not self.is_over() and (line := await self.lines.next()) is not None:
                    await self.take(line.strip())
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def is_over(self) -> bool:
        """A closed journey still answers a person who reads on; a pipe has nothing left to say to it."""
        return self.view["status"] in CLOSED and not self.lines.echoes

    # --- beginnings ---------------------------------------------------------------------------------------------------------
    async def begin(self, template: str, persona: str | None) -> None:
        earlier = await self.talk.newest()
        self.view = await self.talk.start(template, persona)
        self.journey = self.view["journey_id"]
        self.screen.heading(self.view["title"], "write your answer, or /help")
        if earlier:
            self.screen.note(f"You have an open journey too: {earlier['title']}. To go on with it: homeview chat --journey last")
        await self.show_the_last()

    async def come_back(self, journey: str) -> None:
        if journey == "last":
            newest = await self.talk.newest()
            if newest is None:
                raise Refused("NotFound", "There is no open journey to go on with. `homeview chat` starts one.", [])
            journey = newest["journey_id"]
        self.journey = journey
        self.view = await self.talk.view(journey)
        self.screen.heading(self.view["title"], "welcome back")
        await self.show_the_last()

    async def show_the_last(self) -> None:
        turns = [turn for turn in await self.talk.conversation(self.journey) if turn["status"] != "open"]
        self.shown |= {turn["turn_id"] for turn in turns}
        replied = [turn for turn in turns if turn["reply"]]
        if replied:
            if replied[-1]["text"]:
                self.screen.said(replied[-1]["text"])
            self.tell(replied[-1])
        self.offer()

    def tell(self, turn: Json) -> None:
        self.replied = (turn["reply"] or {}).get("actions") or []
        self.screen.reply(turn)

    def offer(self) -> None:
        self.offered = choices(self.view, self.replied)
        self.screen.rail(self.view)
        self.screen.ask(self.view, self.offered)

    # --- what the person does -----------------------------------------------------------------------------------------------
    async def take(self, line: str) -> None:
        if not line:
            return
        if not self.lines.echoes:
            self.screen.said(line)
        if line.lower() in LEAVING:
            raise Leave
        choice = chosen(line, self.offered)
        if line.startswith("/"):
            await self.command(line)
        elif choice is None:
            await self.send("messages", {"text": line})
        else:
            self.screen.note(choice.label)
            await (self.send(choice.what, choice.body) if choice.what else self.command(f"/{choice.command}"))

    async def send(self, what: str, body: Mapping[str, Any]) -> None:
        """One write: shown on its way, then its reply; a refusal is told, and the conversation goes on."""
        key, self.unanswered = new_key(), str(body.get("text", what))
        try:
            with self.on_its_way():
                turn = await self.talk.act(self.journey, what, body, key)
        except Refused as refused:
            self.troubles += 1
            self.screen.trouble(refused)
        else:
            if turn["turn_id"] not in self.shown:
                self.shown.add(turn["turn_id"])
                self.tell(turn)
        if self.hushing:
            await self.hushing
        self.unanswered, before = "", self.view
        self.view = await self.talk.view(self.journey)
        if self.view != before:
            self.offer()
        held, self.held = self.held, []
        for turn_id in held:
            await self.from_elsewhere(turn_id)

    def hush(self) -> bool:
        """Ctrl-C: no more of the reply that is being written. False where none is, or that was asked before: then it leaves."""
        if self.flight is None or self.hushing is not None:
            return False
        self.hushing = asyncio.create_task(self.stop())
        return True

    async def stop(self) -> None:
        """Its own turn tells nothing that the reply's end does not show."""
        with contextlib.suppress(Refused, Away):
            self.shown.add((await self.talk.act(self.journey, "stop", {}))["turn_id"])

    async def command(self, line: str) -> None:
        name, _, about = line[1:].partition(" ")
        command = self.commands().get(name.lower())
        if command is None:
            return self.screen.note("There is no such command. /help lists them.")
        try:
            await command(about.strip())
        except Refused as refused:
            self.troubles += 1
            self.screen.trouble(refused)
        return None

    def commands(self) -> dict[str, Callable[[str], Awaitable[None]]]:
        return {
            "help": self.help,
            "status": self.status,
            "why": self.why,
            "results": self.results,
            "timeline": self.timeline,
            "back": self.back,
            "skip": self.skip,
            "cost": self.cost,
            "budget": self.budget,
            "pause": lambda _: self.send("pause", {}),
            "resume": lambda _: self.send("resume", {}),
            "end": self.end,
            "new": self.new,
        }

    # --- commands -----------------------------------------------------------------------------------------------------------
    async def help(self, _: str) -> None:
        width = max(len(name) for name, _ in HELP)
        self.screen.console.print()
        for name, meaning in HELP:
            self.screen.console.print(Text.assemble("  ", (name.ljust(width + 2), "bold"), (meaning, "dim")))
        self.screen.console.print()

    async def status(self, _: str) -> None:
        self.view = await self.talk.view(self.journey)
        progress = self.view["progress"]
        self.screen.heading(self.view["title"], f"{self.view['status']}, {progress['done']} of {progress['total']} steps done")
        for step in self.view["steps"]:
            if step["headline"]:
                self.screen.note(f"{step['title']}: {step['headline']}")
        seen = View.model_validate(self.view)
        for said in (unsure(seen), still_owed(seen, datetime.now(UTC))):
            if said:
                self.screen.note(said.strip())
        self.offer()

    async def why(self, _: str) -> None:
        self.screen.note(await self.talk.why(self.journey))

    async def results(self, about: str) -> None:
        """Of the step that is named, else of the last one that has any."""
        steps = self.view["steps"]
        step = self.step_named(about) if about else next((step for step in reversed(steps) if step["version"]), None)
        if step is None:
            return self.which(about, [step for step in steps if step["version"]], "There are no results yet.")
        return self.screen.results(step, await self.talk.results(self.journey, step["id"]))

    async def timeline(self, _: str) -> None:
        titles = {step["id"]: step["title"] for step in self.view["steps"]}
        self.screen.console.print()
        self.screen.timeline(await self.talk.timeline(self.journey), titles)
        self.screen.console.print()

    async def back(self, about: str) -> None:
        step = self.step_named(about)
        if step is None:
            reachable = {choice.body.get("step") for choice in self.offered if choice.what == "back"}
            steps = [step for step in self.view["steps"] if step["id"] in reachable]
            return self.which(about, steps, "There is nothing to go back to yet.")
        return await self.send("back", {"step": step["id"]})

    async def skip(self, _: str) -> None:
        if self.view["step"] is None:
            return self.screen.note("There is no step to skip now.")
        return await self.send("skip", {"step": self.view["step"]})

    async def cost(self, _: str) -> None:
        self.view = await self.talk.view(self.journey)
        self.screen.note(spending(self.view))

    async def budget(self, about: str) -> None:
        if not about:
            return await self.cost("")
        amount = _AMOUNT.fullmatch(about)
        if amount is None:
            return self.screen.note("Say an amount in US dollars, as in /budget 2.50")
        return await self.send("budget", {"cap": amount[1]})

    async def end(self, _: str) -> None:
        self.screen.attention("This ends the journey for good. What is in it stays readable. End it? yes or no")
        answer = await self.lines.next()
        if answer is not None and not self.lines.echoes:
            self.screen.said(answer)
        if answer is not None and answer.strip().lower() in ("y", "yes"):
            await self.send("abandon", {})
        else:
            self.screen.note("It goes on.")

    async def new(self, _: str) -> None:
        self.screen.note("`homeview chat` starts another journey.")

    def step_named(self, about: str) -> Json | None:
        """By id, title or the beginning of either."""
        wanted = about.lower().replace("-", "_")
        known = [(step, (step["id"], step["title"].lower())) for step in self.view["steps"]]
        exact = [step for step, names in known if wanted and (wanted in names or about.lower() in names)]
        begun = [step for step, names in known if wanted and any(name.startswith((wanted, about.lower())) for name in names)]
        return next(iter([*exact, *begun]), None)

    def which(self, about: str, steps: list[Json], none: str) -> None:
        listed = ", ".join(step["title"].lower() for step in steps)
        self.screen.note(f"{f'There is no step “{about}”. ' if about else ''}Name one of: {listed}." if steps else none)

    # --- what comes by itself -----------------------------------------------------------------------------------------------
    async def listen(self) -> None:
        """Other windows, reminders, and how far our own turn has come. Whatever goes wrong here, the conversation goes on."""
        with contextlib.suppress(Refused, Away):
            async for event in self.talk.events(self.journey):
                await self.heard(event)

    async def heard(self, event: Event) -> None:
        if event.kind == "connected":
            await self.catch_up()
        elif event.kind in ("reply", "notice", "failed"):
            self.talk.news.set()
            await self.hear_of(event.data["turn_id"])
        elif self.flight is not None:
            self.flight.heard(event)

    async def catch_up(self) -> None:
        """What ended while the stream was not open."""
        for turn in await self.talk.conversation(self.journey):
            if turn["status"] != "open":
                await self.hear_of(turn["turn_id"])

    async def hear_of(self, turn_id: str) -> None:
        if self.flight is not None:
            self.held.append(turn_id)  # perhaps our own: told apart when its answer is here
        else:
            await self.from_elsewhere(turn_id)

    async def from_elsewhere(self, turn_id: str) -> None:
        if turn_id in self.shown:
            return
        self.shown.add(turn_id)
        turn = await self.talk.turn(self.journey, turn_id)
        self.view = await self.talk.view(self.journey)
        if turn is None or turn["reply"] is None:
            return
        with self.lines.aside():
            if turn["operation"] == "timer":
                self.screen.attention("A reminder")
            elif turn["operation"] == "fulfil":
                self.screen.attention("What I still owed you")
            elif turn["operation"] == "find_out":
                self.screen.attention("What became of what you had me send")
            elif turn["text"]:
                self.screen.said(turn["text"], "In another window")
            else:
                self.screen.note("In another window")
            self.tell(turn)
            self.offer()

    # --- waiting ------------------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def on_its_way(self) -> Iterator[None]:
        self.flight, self.hushing = flight(self.screen, self.view), None
        try:
            with self.flight:
                yield
        finally:
            self.flight = None

    def delayed(self, delay: Delay) -> None:
        """Said once for each wait, and again where the reason changes."""
        if delay.tries == 1:
            self.delay = None
        if delay.reason == self.delay:
            return
        self.delay = delay.reason
        with self.lines.aside():
            sending = self.flight is not None or delay.reason == "working"
            self.screen.note(_SENDING[delay.reason] if sending else _ASKING.format(self.talk.http.base_url))


_AMOUNT: Final = re.compile(r"\$?\s*(\d{1,6}(?:\.\d{1,4})?)\s*(?:\$|usd|dollars|us dollars)?", re.IGNORECASE)
_ASKING: Final = "HomeView does not answer at {}. Is `homeview dev` running? I keep trying; Ctrl-C leaves."
_SENDING: Final = {
    "away": "HomeView is away. What you wrote is kept here and sent until it answers; it will be done once.",
    "not_accepted": "Nobody could take it yet. I keep sending it; it will be done once.",
    "busy": "The journey is busy with something else. I send it again in a moment.",
    "working": "It has arrived and is being worked on. The reply comes here by itself.",
}
