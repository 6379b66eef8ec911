"""What is on the screen while an answer is on its way."""

from typing import Protocol

from rich.console import Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from worker.screen import Screen
from worker.talk import Event, Json


class Flight(Protocol):
    """Held open (`with`) until the answer is here."""

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...
    def heard(self, event: Event) -> None: ...


def flight(screen: Screen, view: Json) -> Flight:
    moves = screen.console.is_terminal and not screen.console.is_dumb_terminal
    return Moving(screen, view) if moves else Still()


class Still:
    """For a pipe: nothing."""

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...

    def heard(self, event: Event) -> None: ...


class Moving:
    """For a terminal: a line that moves, the steps as they go, and the reply's draft where it comes in pieces; all gone at the end."""

    def __init__(self, screen: Screen, view: Json) -> None:
        self.screen, self.view = screen, view
        self.draft, self.attempt, self.moved = "", 0, False
        self.spinner = Spinner("dots" if screen.unicode else "line", style="dim")
        self.live = Live(console=screen.console, transient=True, refresh_per_second=10, get_renderable=self.render)

    def __enter__(self) -> None:
        self.live.start()

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def heard(self, event: Event) -> None:
        match event.kind:
            case "step":
                statuses = event.data["steps"]
                steps = [{**step, "status": statuses.get(step["id"], step["status"])} for step in self.view["steps"]]
                self.view = {**self.view, "steps": steps, "step": event.data["step"]}
                self.moved = True
            case "token":
                attempt = int(event.data.get("attempt", 0))
                self.draft = (self.draft if attempt == self.attempt else "") + str(event.data.get("text", ""))
                self.attempt = attempt

    def render(self) -> RenderableType:
        rows: list[RenderableType] = []
        if self.draft:
            rows += [Text(self.draft), Text()]
        if self.moved:
            rows.append(self.screen.steps(self.view["steps"], self.view["step"]))
        rows.append(self.spinner)
        return Group(*rows)
