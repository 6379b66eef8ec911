"""Which call meets which answer or fault: faults laid for a coming call first, then what was queued, else the plain rules."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.gemini.answers import Answer
from tests.gemini.asked import CallName
from tests.gemini.faults import Fault


@dataclass
class Laid:
    fault: Fault
    call: CallName | None
    passing: int  # fitting calls that it lets pass
    times: int | None  # it befalls so many after those; None: every one
    of: Callable[[Any], bool] | None = None  # which requests it may befall, by what they ask

    def fits(self, call: str, asked: Any = None) -> bool:
        return self.call in (None, call) and self.fault.fits(call) and (self.of is None or self.of(asked))


@dataclass
class Script:
    queues: dict[str | None, deque[Answer | Fault]] = field(default_factory=lambda: defaultdict(deque))
    laid: list[Laid] = field(default_factory=list)

    def queue(self, turn: Answer | Fault, call: CallName | None) -> None:
        if call and not turn.fits(call):
            raise ValueError(f"{call} can never give {turn!r}")
        self.queues[call].append(turn)

    def lay(self, laid: Laid) -> None:
        if laid.call and not laid.fault.fits(laid.call):
            raise ValueError(f"{laid.fault.fault} can never befall {laid.call}")
        self.laid.append(laid)

    def take(self, call: str, asked: Any = None) -> Answer | Fault | None:
        """What this call meets; None: the plain rules."""
        return self._take_laid(call, asked) or self._take_queued(call)

    def _take_laid(self, call: str, asked: Any) -> Fault | None:
        """A fault that is due when another one has the call waits for the next."""
        taken = None
        for laid in [laid for laid in self.laid if laid.fits(call, asked)]:
            if laid.passing:
                laid.passing -= 1
            elif taken is None:
                taken = laid.fault
                laid.times = laid.times and laid.times - 1
                if laid.times == 0:
                    self.laid.remove(laid)
        return taken

    def _take_queued(self, call: str) -> Answer | Fault | None:
        """What stands first in a queue waits for a call that it fits; the call's own queue comes before the one for any."""
        for queue in (self.queues[call], self.queues[None]):
            if queue and queue[0].fits(call):
                return queue.popleft()
        return None
