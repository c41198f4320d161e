"""A decision behind `If-Match`."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from contracts.project import Project
from contracts.task import Task
from kernel.http.requests import if_match_holds
from kernel.log.decider import Rejection

S = TypeVar("S", Project, Task)
E = TypeVar("E")


def matching(if_match: str | None, decide: Callable[[S | None], Sequence[E]]) -> Callable[[S | None], Sequence[E]]:
    """The decision, behind the check of `If-Match`. A Rejection, so that it too is made on the newest state alone."""
    if if_match is None:
        return decide

    def checked(state: S | None) -> Sequence[E]:
        if state is not None and not if_match_holds(if_match, state.version):
            raise Rejection("stale", f"It is at version {state.version} by now.", status=412)
        return decide(state)

    return checked
