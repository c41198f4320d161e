"""What Taskledger promises, and the alarms that would tell of a broken promise. Numbers are those of the design."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """A promise; `alarms` without their prefix, or why none can tell."""

    says: str
    alarms: tuple[str, ...] = ()
    unseen: str = ""


_DIFFERS: Final = ("read-model-differs", "nobody-verified")
_BLOCKED: Final = ("blocked-streams-log-projector", "blocked-streams-notify-service")

GUARANTEES: Final[Mapping[int, Guarantee]] = {
    1: Guarantee(
        says="An acknowledged change is durable, all of it or none.",
        alarms=("event-changed", "throttled-log", "table-faults-log", "budget-fast", "budget-slow"),
    ),
    2: Guarantee(
        says="Versions of a stream are contiguous from 1; each version has one winner.",
        alarms=("event-changed", *_DIFFERS),
    ),
    3: Guarantee(
        says="The same command id gives the same outcome, for ever.",
        unseen="A second outcome looks like a first one; the contract suite of the log holds it.",
    ),
    4: Guarantee(
        says="Events never change. Every event version ever written can be read.",
        alarms=("event-changed", *_BLOCKED, *_DIFFERS),
    ),
    5: Guarantee(
        says="Every event reaches every consumer, whatever is lost between the log and the consumer.",
        alarms=(
            "pipe-fails",
            "pipe-silent",
            "dead-letters-pipe",
            "dead-letters-projector",
            "dead-letters-notifier",
            "queue-age-projector",
            "queue-age-notifier",
            "projection-lag-log-projector",
            "projection-lag-notify-service",
            "streams-behind-log-projector",
            "streams-behind-notify-service",
            "consumer-stuck-log-projector",
            "consumer-stuck-notify-service",
            "unreadable-messages-log-projector",
            "unreadable-messages-notify-service",
        ),
    ),
    6: Guarantee(
        says="A stream's events are applied in order, once in effect, under any duplication, shuffling or crash.",
        alarms=_DIFFERS,
    ),
    7: Guarantee(
        says="A gap is read from the log, never skipped. A poisoned stream stops alone and goes on after the fix.",
        alarms=(*_BLOCKED, *_DIFFERS),
    ),
    8: Guarantee(
        says="A rebuilt read model equals the live one, byte for byte.",
        alarms=_DIFFERS,
    ),
    9: Guarantee(
        says="A replay sends no mail. Everyone concerned is told once of each change; the ledger says when or why.",
        alarms=("mails-wait-notify-service", "mail-bounces", "mail-complaints", "blocked-streams-notify-service"),
    ),
    10: Guarantee(
        says="`min_version` is never answered with an older state.",
        unseen="An old answer looks like a new one; the tests of reading one's own writes hold it.",
    ),
    11: Guarantee(
        says="Nobody reads or writes a project that they are not a member of, by any path.",
        unseen="Whoever is let in wrongly looks like a member; the matrix of authorisation holds it for every route.",
    ),
    12: Guarantee(
        says="Too large, malformed or unauthorised input gets a clear error before anything is written.",
        alarms=("server-errors", "budget-fast", "budget-slow", "budget-creeping"),
    ),
}
