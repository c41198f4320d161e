"""What became of a task between two moments: the net of it, without the steps in between and what came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from contracts.documents import Change
from contracts.fields import NAMES
from contracts.task import Comment, Task, TaskEvent
from kernel.log.event import Recorded

Kind: TypeAlias = Literal["added", "removed", "restored", "changed"]
"""About being on the board: whether a task came, went, came back, or stayed."""

_FIELDS: Final = tuple(NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetChange:
    """What became of one task. `task` is as it was at the end.

    `comments`: how many were written and stand. `steps`: events in between; `actors`: who made them, each once.
    """

    task: Task
    kind: Kind
    changes: tuple[Change, ...]
    comments: int
    steps: int
    actors: tuple[str, ...]


def net_change(before: Task | None, after: Task | None, events: Sequence[Recorded[TaskEvent]]) -> NetChange | None:
    """What the events between two states came to; None where everything is as it was.

    A task that came and went in between was never there, and one that went and came back never left.
    """
    if after is None:
        return None
    was, is_there = before is not None and not before.deleted, not after.deleted
    if not was and not is_there:
        return None
    changes = () if before is None else differences(before, after)
    comments = _standing(after.comments) - (0 if before is None else _standing(before.comments, after.comments))
    kind: Kind = "changed"
    if was and not is_there:
        kind = "removed"
    elif is_there and not was:
        kind = "added" if before is None else "restored"
    if kind == "changed" and not changes and comments <= 0:
        return None
    actors = dict.fromkeys(event.actor for event in events if event.actor is not None)
    return NetChange(
        task=after,
        kind=kind,
        changes=changes,
        comments=max(comments, 0),
        steps=len(events),
        actors=tuple(actors),
    )


def differences(before: Task, after: Task) -> tuple[Change, ...]:
    """The fields that differ, old -> new. The order of labels and of people is nobody's news."""
    return tuple(
        Change(name, old, new)
        for name in _FIELDS
        if _comparable(old := getattr(before, name)) != _comparable(new := getattr(after, name))
    )


def _comparable(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple) else value


def _standing(comments: Mapping[str, Comment], later: Mapping[str, Comment] | None = None) -> int:
    """How many comments stand; with `later`, how many of these still do."""
    now = comments if later is None else later
    return sum(not now[comment_id].deleted for comment_id in comments if not comments[comment_id].deleted)
