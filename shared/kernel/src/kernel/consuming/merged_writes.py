"""The writes of many streams as few statements, each with many rows: what a database takes fastest."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.ports.database import Statement, Write


class MergedWrites:
    """Gathers transactions that do not concern each other; the order of writes within each is kept.

    A statement without parameters is carried out once for all of them.
    """

    def __init__(self) -> None:
        self._groups: list[tuple[Statement, list[Mapping[str, Any]], int | None]] = []
        self._newest: dict[Statement, int] = {}

    def add(self, writes: Sequence[Write]) -> None:
        """Take on one more transaction."""
        at = 0
        for write in writes:
            rows = [write.params] if isinstance(write.params, Mapping) else list(write.params)
            known = self._newest.get(write.statement, -1)
            if write.expect is None and known >= at:
                if rows != [{}]:  # what takes no parameters, a lock, is done once for all
                    self._groups[known][1].extend(rows)
                at = known
                continue
            self._groups.append((write.statement, rows, write.expect))
            at = len(self._groups) - 1
            if write.expect is None:
                self._newest[write.statement] = at

    def writes(self) -> Sequence[Write]:
        """All of it."""
        return [Write(statement, {} if rows == [{}] else rows, expect) for statement, rows, expect in self._groups]
