"""The inbox: its items are there with the notice, in one transaction, and the live stream says so."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.ports.database import Write
from notify_service import tables
from notify_service.domain.notice import Notice
from notify_service.tables import insert_absent

_PUT: Final = insert_absent(tables.inbox)


def written(notice: Notice, ledger: Sequence[Mapping[str, Any]]) -> tuple[Sequence[Write], Sequence[Mapping[str, Any]]]:
    """The writes of the items that these lines of the ledger are, and the rows of the feed that tell of them."""
    items = [
        {
            "id": line["id"],
            "user_id": line["user_id"],
            "notice_id": notice.id,
            "project_id": notice.project_id,
            "kind": line["kind"],
            "is_read": 0,
        }
        for line in ledger
    ]
    feed = [
        {
            "source": line["id"],
            "project_id": notice.project_id,
            "user_id": line["user_id"],
            "created_at": line["created_at"],
            "data": line["id"].encode(),
        }
        for line in ledger
    ]
    return [Write(_PUT, items)] if items else [], feed
