"""A plan and a report as JSON: what the site shows, and what the command prints."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from taskledger.imports.applying import Report
from taskledger.imports.formats import DOCUMENTS, TABLES, TEXTS
from taskledger.imports.model import Fault, Note
from taskledger.imports.plan import Item, Plan, statuses_in_order
from taskledger.imports.understanding.columns import FIELDS

_TITLES: Final[Mapping[str, str]] = {
    **{form.name: form.title for form in TABLES},
    **{form.name: form.title for form in DOCUMENTS},
    **{form.name: form.title for form in TEXTS},
}
_MOST_ITEMS: Final = 100
_MOST: Final = 200
_MOST_TEXT: Final = 300


def plan_document(plan: Plan, suggested: Mapping[str, str] | None) -> dict[str, Any]:
    """The plan. `suggested`: `id` and `name` of the project that an earlier export of the same went into."""
    draft = plan.draft
    changed = [item for item in plan.items if item.kind == "changed"]
    new = [item for item in plan.items if item.kind == "new"]
    return {
        "format": draft.format,
        "format_title": _TITLES.get(draft.format, ""),
        "name": plan.name,
        "project_id": plan.project.id if plan.project else None,
        "suggested": suggested,
        "encoding": draft.encoding,
        "delimiter": draft.delimiter,
        "time_zone": plan.time_zone,
        "dates": draft.dates,
        "fields": FIELDS,
        "columns": [
            {"header": c.header, "field": c.field, "sure": c.sure, "examples": list(c.examples)} for c in draft.columns
        ],
        "statuses": [
            {
                "name": entry.name,
                "category": entry.category,
                "sure": entry.sure,
                "count": entry.count,
                "key": entry.key,
                "made": entry.made,
            }
            for entry in statuses_in_order(plan)
        ],
        "board": [{"key": s.key, "name": s.name, "category": s.category} for s in plan.board.statuses],
        "people": [
            {
                "name": entry.person.name,
                "count": entry.count,
                "user_id": entry.user_id,
                "suggested": entry.suggested,
                "assigned": entry.assigned,
            }
            for entry in plan.people[:_MOST]
        ],
        "candidates": [{"id": one.id, "name": one.name, "member": one.member} for one in plan.here],
        "questions": [
            {"kind": q.kind, "where": q.where, "examples": list(q.examples), "options": list(q.options)}
            for q in draft.questions
        ],
        "counts": plan.counts,
        "changed": [_item(item) for item in changed[:_MOST_ITEMS]],
        "new": [_item(item) for item in new[:20]],
        "left_out": left_out_document(plan.left_out),
        "notes": notes_document(plan.notes),
    }


def report_document(report: Report) -> dict[str, Any]:
    """What an import did."""
    return {
        "project_id": report.project.id,
        "project_key": report.project.key,
        "project_name": report.project.name,
        "added": report.added,
        "changed": report.changed,
        "same": report.same,
        "comments": report.comments,
        "left_out": left_out_document(report.left_out),
        "left_out_count": len(report.left_out),
        "notes": notes_document(report.notes),
    }


def left_out_document(left_out: Sequence[tuple[str, Fault]]) -> list[dict[str, str]]:
    """Rows that are not imported, and why."""
    return [fault.document(where) for where, fault in left_out[:_MOST]]


def notes_document(notes: Sequence[Note]) -> list[dict[str, str]]:
    """What whoever imports should know."""
    return [{"code": note.code, "where": note.where, "what": note.what[:2_000]} for note in notes[:_MOST]]


def _item(item: Item) -> dict[str, Any]:
    return {
        "where": item.where,
        "title": item.wanted.title,
        "status": item.wanted.status,
        "due": item.wanted.due,
        "comments": len(item.comments),
        "changes": [{"field": c.field, "old": _shown(c.old), "new": _shown(c.new)} for c in item.changes],
    }


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _MOST_TEXT else value[:_MOST_TEXT] + "…"
    if isinstance(value, tuple | list):
        return [_shown(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
