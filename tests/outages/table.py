"""What becomes of it when a process, the database, the index or a clock fails: data that tests hold running processes to
(tests/outages), and from which the page's table is written (`python -m tests.reliability`)."""

from dataclasses import dataclass
from typing import Final

REPLY, ACCEPTED, LATER, MADE, NOBODY = "200", "202", "503 NotAccepted", "201", "no answer"
WORDS: Final = {
    REPLY: "200, as always",
    MADE: "201, as always",
    ACCEPTED: "202: accepted, and done later",
    LATER: "503: send it again with the same key",
    NOBODY: "no answer; the client sends it again with the same key",
}


@dataclass(frozen=True)
class Outage:
    """`message`, `beginning`, `reading`: what is answered meanwhile to a message, to the beginning of a journey and to a look at one; any
    of several where it depends on the moment. `says`: words of the problem's sentence; `told`: of the reply that `of` gets."""

    name: str
    part: str
    fault: str
    message: tuple[str, ...]
    beginning: tuple[str, ...]
    reading: tuple[str, ...]
    heals: str
    says: str = ""
    told: str = ""
    of: str = "a question"

    def allowed(self) -> dict[str, tuple[str, ...]]:
        return {"message": self.message, "beginning": self.beginning, "reading": self.reading}


def outage(
    name: str,
    part: str,
    fault: str,
    writes: tuple[str, ...],
    reading: str,
    heals: str,
    says: str = "",
    told: str = "",
    of: str = "a question",
) -> Outage:
    """Most faults treat a message and a beginning alike."""
    return Outage(name, part, fault, writes, tuple(MADE if one == REPLY else one for one in writes), (reading,), heals, says, told, of)


RESTARTED = "by itself once it is started again, which `homeview dev` does"
GOES_ON = "by itself when it goes on"
TAKEN_OVER = "the other worker takes its turns, some seconds later those that were under way"
GIVEN_BACK = "by itself; no process needs to be started again"
FULL = "by itself once there is room; no process needs to be started again"
CANT_SEARCH = "My pages can't be searched at the moment"
NOTHING_THERE = "I don't have"
MENDED = "by itself: a worker looks every ten seconds, and builds it anew"
AT_START = "it is gone, damaged or named wrongly when a worker starts"
EMPTY_AT_START = "it holds no passage when a worker starts"
GOES_OUT = "the decision that something goes out"
SWEPT = "by itself: what shall go out is tried again within six minutes, and the person is told"
SENT_BY_HAND = "for what comes after it, once its key is mended; until then `GET /v1/journeys/{id}/effects` has the text"
LOCKED = (ACCEPTED, LATER)
STARTING = (REPLY, ACCEPTED, LATER)

OUTAGES: Final = (
    outage("worker_killed", "every worker", "killed (kill -9)", (LATER,), REPLY, RESTARTED, "No worker took it"),
    outage(
        "worker_stopped",
        "every worker",
        "stopped (SIGSTOP), past all timeouts",
        (LATER,),
        REPLY,
        "by itself when it goes on; what others did meanwhile it does not do again",
        "No worker took it",
    ),
    outage("one_stopped", "one of two workers", "stopped in the middle of a turn", (REPLY, ACCEPTED), REPLY, TAKEN_OVER),
    outage("api_killed", "the API", "killed", (NOBODY,), NOBODY, RESTARTED),
    outage("api_stopped", "the API", "stopped", (NOBODY,), NOBODY, GOES_ON),
    outage("temporal_killed", "the Temporal server", "killed", (LATER,), REPLY, RESTARTED, "workflow server can't be reached"),
    outage("temporal_stopped", "the Temporal server", "stopped", (LATER,), REPLY, GOES_ON, "workflow server can't be reached"),
    outage("locked_briefly", "the database (SQLite)", "locked by another process, for a second", (REPLY, ACCEPTED), REPLY, GIVEN_BACK),
    outage("locked", "the database (SQLite)", "locked for longer, a minute say", LOCKED, REPLY, GIVEN_BACK),
    outage("read_only", "the database (SQLite)", "its disk is read-only", LOCKED, LATER, "by itself once it can be written again"),
    outage("full", "the database (SQLite)", "its disk is full", LOCKED, REPLY, FULL),
    outage("no_writing", "worker and API", "may write no file (RLIMIT_FSIZE)", LOCKED, REPLY, FULL),
    outage("moved_away", "the database (SQLite)", "its file is moved away", (LATER,), LATER, "by itself once the file is back", "database"),
    outage("server_away", "the database (PostgreSQL)", "its server is down", (LATER,), LATER, "by itself once it is up", "database"),
    outage("server_read_only", "the database (PostgreSQL)", "its server takes no writes", LOCKED, REPLY, GIVEN_BACK),
    outage("index_gone", "the knowledge index", "its folder is gone", (REPLY,), REPLY, MENDED, told=CANT_SEARCH),
    outage("index_elsewhere", "the knowledge index", "the pointer names none", (REPLY,), REPLY, MENDED, told=CANT_SEARCH),
    outage("index_garbage", "the knowledge index", "its files are damaged", (REPLY,), REPLY, MENDED, told=CANT_SEARCH),
    outage("index_empty", "the knowledge index", "it holds no passage", (REPLY,), REPLY, MENDED, told=NOTHING_THERE),
    outage("index_at_start", "the knowledge index", AT_START, STARTING, REPLY, MENDED, told=CANT_SEARCH),
    outage("index_empty_at_start", "the knowledge index", EMPTY_AT_START, STARTING, REPLY, MENDED, told=NOTHING_THERE),
    outage(
        "objects_away",
        "the object store",
        "fails, breaks the connection or hangs",
        (REPLY,),
        REPLY,
        SWEPT,
        told="nothing went out",
        of=GOES_OUT,
    ),
    outage(
        "objects_refused", "the object store", "takes no key of ours", (REPLY,), REPLY, SENT_BY_HAND, told="it did not go out", of=GOES_OUT
    ),
    outage("ahead", "the worker's clock", "jumps an hour ahead", (REPLY, ACCEPTED), REPLY, "nothing to heal"),
    outage("behind", "the worker's clock", "jumps an hour back", (REPLY, ACCEPTED), REPLY, "nothing to heal"),
    outage("far_ahead", "the worker's clock", "jumps 400 days ahead", (REPLY, ACCEPTED), REPLY, "nothing to heal"),
    outage("api_ahead", "the API's clock", "jumps an hour ahead", (REPLY, ACCEPTED), REPLY, "nothing to heal"),
    outage("api_behind", "the API's clock", "jumps an hour back", (REPLY, ACCEPTED), REPLY, "nothing to heal"),
    outage("apart", "worker and API", "their clocks are ten minutes apart", (REPLY, ACCEPTED), REPLY, "nothing to heal"),
)


def named(name: str) -> Outage:
    [found] = [outage for outage in OUTAGES if outage.name == name]
    return found


def rows() -> list[list[str]]:
    return [[one.part, one.fault, said(one), words(one.beginning), words(one.reading), "nothing", one.heals] for one in OUTAGES]


def said(one: Outage) -> str:
    return words(one.message) + (f"; to {one.of} “{one.told} …”" if one.told else "")


def words(labels: tuple[str, ...]) -> str:
    return "<br>or ".join(WORDS[label] for label in labels)
