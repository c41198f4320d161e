"""The fields of a task, each described once; CONTRIBUTING says what follows from a row, and what does not.

The order is that of bodies, documents, files and of the events of one edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from contracts import task
from contracts.changed import FieldChanged
from contracts.forms import Choice, Day, Form, Labels, Number, People, StatusKey, Text, Words
from contracts.task import Priority

MAX_TITLE: Final = 500
MAX_DESCRIPTION: Final = 50_000
MAX_OCTETS: Final = 150_000
"""Of one text, in JSON and UTF-8: the old and the new one together are still an event that the log takes."""
MAX_LABELS: Final = 20
MAX_LABEL: Final = 50
MAX_ASSIGNEES: Final = 40
"""So many leave, so many come, and every other field changes: still within the events of one append."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a task.

    `event`: how it changes; None for what comes and goes by its elements. `news`: what people are told of, when it
    does. `headers`: how a column of a file is called that has it, the first is our own; compared without case and
    spaces. `since`: the schema of `task.created` that has it; tasks that were made before have the `default`.
    """

    name: str
    form: Form
    event: type[FieldChanged[Any]] | None
    news: Literal["status", "edited", "assigned"]
    words: Words
    headers: tuple[str, ...]
    default: Any = None
    required: bool = False
    sorts: bool = False
    since: int = 1


PRIORITY: Final = Choice(
    values=get_args(Priority),
    words={
        "en": {"none": "none", "low": "low", "medium": "medium", "high": "high", "urgent": "urgent"},
        "ko": {"none": "없음", "low": "낮음", "medium": "보통", "high": "높음", "urgent": "긴급"},
    },
    also={"normal": "medium", "critical": "urgent", "highest": "urgent", "lowest": "low", "중간": "medium"},
)

FIELDS: Final[tuple[Field, ...]] = (
    Field(
        name="title",
        form=Text(longest=MAX_TITLE),
        event=task.TaskTitleChanged,
        news="edited",
        words={"en": "Title", "ko": "제목"},
        headers=("title", "name", "task", "summary", "subject", "제목", "이름", "작업", "할일", "업무"),
        required=True,
        sorts=True,
    ),
    Field(
        name="description",
        form=Text(longest=MAX_DESCRIPTION, lines=True),
        event=task.TaskDescriptionChanged,
        news="edited",
        words={"en": "Description", "ko": "설명"},
        headers=("description", "desc", "details", "notes", "body", "설명", "내용", "본문", "메모"),
        default="",
    ),
    Field(
        name="status",
        form=StatusKey(),
        event=task.TaskStatusChanged,
        news="status",
        words={"en": "Status", "ko": "상태"},
        headers=("status", "state", "list", "column", "stage", "상태", "목록", "단계", "진행상태"),
        sorts=True,
    ),
    Field(
        name="priority",
        form=PRIORITY,
        event=task.TaskPriorityChanged,
        news="edited",
        words={"en": "Priority", "ko": "우선순위"},
        headers=("priority", "importance", "우선순위", "중요도"),
        default="none",
        sorts=True,
    ),
    Field(
        name="estimate",
        form=Number(lowest=0, highest=1000, step=0.5),
        event=task.TaskEstimateChanged,
        news="edited",
        words={"en": "Estimate", "ko": "추정치"},
        headers=("estimate", "estimation", "points", "storypoints", "추정치", "추정", "예상", "점수", "포인트"),
        sorts=True,
        since=2,
    ),
    Field(
        name="start",
        form=Day(),
        event=task.TaskStartChanged,
        news="edited",
        words={"en": "Start", "ko": "시작일"},
        headers=("start", "startdate", "startson", "begin", "begindate", "시작일", "시작날짜", "시작", "착수일"),
        sorts=True,
        since=3,
    ),
    Field(
        name="due",
        form=Day(),
        event=task.TaskDueChanged,
        news="edited",
        words={"en": "Due", "ko": "마감일"},
        headers=("due", "duedate", "deadline", "마감", "마감일", "기한"),
        sorts=True,
    ),
    Field(
        name="labels",
        form=Labels(most=MAX_LABELS, longest=MAX_LABEL),
        event=task.TaskLabelsChanged,
        news="edited",
        words={"en": "Labels", "ko": "라벨"},
        headers=("labels", "label", "tags", "tag", "라벨", "태그", "분류"),
        default=(),
    ),
    Field(
        name="assignees",
        form=People(most=MAX_ASSIGNEES),
        event=None,
        news="assigned",
        words={"en": "Assignee", "ko": "담당자"},
        headers=(
            *("assignees", "assignee", "assigned", "assignedto", "owner", "member", "members"),
            *("담당자", "담당", "배정"),
        ),
        default=(),
    ),
)

NAMES: Final = tuple(field.name for field in FIELDS)
BY_NAME: Final[Mapping[str, Field]] = {field.name: field for field in FIELDS}
BY_EVENT: Final[Mapping[type[Any], Field]] = {field.event: field for field in FIELDS if field.event is not None}
"""The fields that change by an event with their old and new value."""

COLUMNS: Final = tuple(field for field in FIELDS if isinstance(field.form, StatusKey | Choice | Day | Number))
"""The fields that have a column in the read model under their name."""

HEADERS: Final[Mapping[str, str]] = {header: field.name for field in FIELDS for header in field.headers}
"""Which field a column of a file is, by its header in lower case without spaces, `-` and `_`."""
