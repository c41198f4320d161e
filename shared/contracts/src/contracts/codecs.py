"""The codecs of the published language, with every upcaster there has ever been a need for."""

from typing import Any, Final

from contracts import project, reader, task, user
from contracts.fields import FIELDS
from contracts.project import ProjectEvent
from contracts.reader import ReaderEvent
from contracts.task import TaskEvent
from contracts.user import UserEvent
from kernel.log.codec import Codec, Upcaster


def _colourless(statuses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**status, "color": None} for status in statuses]


def _created(since: int) -> Upcaster:
    """Tasks that were made before some fields existed have their defaults."""
    missing = {field.name: field.default for field in FIELDS if field.since == since}
    return lambda data: {**data, **missing}


TASK_CODEC: Final[Codec[TaskEvent]] = Codec(
    task.EVENT_NAMES,
    {("task.created", version): _created(version + 1) for version in range(1, max(field.since for field in FIELDS))},
)
PROJECT_CODEC: Final[Codec[ProjectEvent]] = Codec(
    project.EVENT_NAMES,
    {
        # Statuses have had colours since the second schema.
        ("project.created", 1): lambda data: {**data, "statuses": _colourless(data["statuses"])},
        ("project.statuses-changed", 1): lambda data: {name: _colourless(data[name]) for name in ("old", "new")},
    },
)
READER_CODEC: Final[Codec[ReaderEvent]] = Codec(reader.EVENT_NAMES)
USER_CODEC: Final[Codec[UserEvent]] = Codec(user.EVENT_NAMES)
