"""What one row of a table says. Long because each column is read in the light of the others in its row."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from contracts.fields import BY_NAME
from contracts.forms import Day, parsed
from taskledger.imports.formats.base import Reading, TableFormat
from taskledger.imports.model import (
    MAX_PEOPLE,
    MAX_ROWS,
    BadFile,
    BadRow,
    Draft,
    DraftComment,
    DraftStatus,
    DraftTask,
    Fault,
    Note,
    Person,
)
from taskledger.imports.reading.clean import clean, folded, one_line
from taskledger.imports.reading.rows import Row
from taskledger.imports.understanding import lists
from taskledger.imports.understanding.columns import MORE
from taskledger.imports.understanding.comments import comments_of
from taskledger.imports.understanding.dates import Moment, NoDate, Order, moment
from taskledger.imports.understanding.meanings import meaning
from taskledger.imports.understanding.priorities import priority

_UTC: Final = ZoneInfo("UTC")
_NO_PERSON: Final = frozenset(
    {"unassigned", "none", "nobody", "-", "미지정", "없음", "nicht zugewiesen", "non assigné"}
)
_LIKE_IDS: Final = 0.9
_MEANINGS: Final = ("waiting", "active", "done")


class RowReader:
    """Reads rows into a draft."""

    def __init__(
        self,
        form: TableFormat,
        header: Sequence[str],
        fields: Mapping[str, Sequence[int]],
        orders: Mapping[int, Order | None],
        reading: Reading,
        draft: Draft,
    ) -> None:
        self._form = form
        self._header = header
        self._fields = fields
        self._orders = orders
        self._zone = reading.choices.zone
        self._draft = draft
        self._unknown: Counter[tuple[str, str, str]] = Counter()
        self._categories: dict[str, Counter[str]] = {}
        self._statuses: dict[str, str] = {}
        self._people: dict[Person, None] = {}
        self._fallback = datetime.now(_UTC)
        self._separators: dict[int, str] = {}
        self._scale: Mapping[str, object] = {}
        stands = "status" if "status" in fields else "section" if "section" in fields else None
        self._status_field = stands or ("state" if "state" in fields else None)
        self._section_kept = stands == "status" and "section" in fields
        self._finishing = form.finishing or self._status_field is None

    def read(self, rows: Sequence[Row]) -> None:
        """Read all rows; those that cannot be read are left out, with the reason. Raises BadFile for too many."""
        if len(rows) > MAX_ROWS:
            raise BadFile(
                rows[MAX_ROWS].where,
                Fault("too_many_rows", f"is beyond the {MAX_ROWS:,} rows that one import takes", str(MAX_ROWS)),
            )
        for field in ("labels", "assignees", "assignee_ids"):
            for index in self._fields.get(field, ()):
                cells = (row.cells[index] for row in rows if index < len(row.cells))
                self._separators[index] = lists.separator_of(cells, self._form.separator)
        self._scale = self._priority_scale(rows)
        ids = self._ids(rows)
        seen: dict[str, str] = {}
        titles: Counter[str] = Counter()
        for row in rows:
            try:
                self._draft.tasks.append(self._task(row, ids, seen, titles))
            except BadRow as fault:
                self._draft.leave_out(fault)
        self._draft.statuses = self._found_statuses()
        for (code, where, what), count in self._unknown.items():
            self._draft.notes.append(Note(code=code, where=where, what=what if count == 1 else f"{what} (×{count})"))

    def _task(self, row: Row, ids: int | None, seen: dict[str, str], titles: Counter[str]) -> DraftTask:
        if len(row.cells) > len(self._header) and any(cell.strip() for cell in row.cells[len(self._header) :]):
            raise BadRow(
                row.where,
                Fault(
                    "fields_differ",
                    f"has {len(row.cells)} fields, the header has {len(self._header)}",
                    f"{len(row.cells)} {len(self._header)}",
                ),
            )
        title = one_line(self._text(row, "title"))
        if not title:
            raise BadRow(row.where, Fault("no_title", "has no title"))
        own = one_line(row.cells[ids]) if ids is not None and ids < len(row.cells) else ""
        if own:
            if own in seen:
                raise BadRow(row.where, Fault("same_id", f"has the id of {seen[own]}: {own}", f"{seen[own]}: {own}"))
            seen[own] = row.where
            source = f"{self._form.name}:{own}"
        else:
            titles[title] += 1
            digest = hashlib.sha256(title.encode()).hexdigest()[:32]
            source = f"{self._form.name}:title:{digest}:{titles[title]}"
        kept = self._kept(row)
        created = self._moment(row, "created", kept)
        completed = self._moment(row, "completed", kept)
        finished = self._finished(row, completed is not None)
        return DraftTask(
            source=source,
            where=row.where,
            title=title,
            description=clean(self._text(row, "description")).strip(),
            status=self._status(row),
            done=finished,
            priority=self._priority(row, kept),  # type: ignore[arg-type]
            due=self._due(row, kept),
            labels=tuple(self._list(row, "labels")),
            people=self._persons(row),
            comments=self._comments(row, created.at if created else None),
            kept=kept,
            deleted=lists.is_true(self._text(row, "archived")),
            created_at=created.at if created else None,
            completed_at=completed.at if completed else None,
            key=own if self._form.name == "taskledger" and own else None,
            more=self._more(row, kept),
            says=self._says(),
        )

    # --- cells ---

    def _cell(self, row: Row, index: int) -> str:
        text = row.cells[index] if index < len(row.cells) else ""
        return lists.as_written(text) if self._form.neutralised else text

    def _text(self, row: Row, field: str) -> str:
        """The first cell of a field that is not empty."""
        for index in self._fields.get(field, ()):
            if (text := self._cell(row, index)).strip():
                return text
        return ""

    def _list(self, row: Row, field: str) -> list[str]:
        values: dict[str, None] = {}
        for index in self._fields.get(field, ()):
            for value in lists.split(self._cell(row, index), self._separators[index]):
                values[value] = None
        return list(values)

    def _says(self) -> frozenset[str]:
        says = {field for field in ("description", "priority", "due", "labels", *MORE) if field in self._fields}
        if "assignees" in self._fields:
            says.add("people")
        if self._status_field or "done" in self._fields or "completed" in self._fields:
            says.add("status")
        return frozenset(says)

    # --- what they mean ---

    def _status(self, row: Row) -> str:
        name = one_line(self._text(row, self._status_field)) if self._status_field else ""
        if not name:
            return ""
        key = folded(name)
        known = self._statuses.setdefault(key, name)
        if said := one_line(self._text(row, "category")):
            self._categories.setdefault(key, Counter())[meaning(said).category] += 1
        return known

    def _found_statuses(self) -> list[DraftStatus]:
        found: list[DraftStatus] = []
        for key, name in self._statuses.items():
            counted = self._categories.get(key)
            if counted:
                found.append(DraftStatus(name=name, category=counted.most_common(1)[0][0], sure=True))  # type: ignore[arg-type]
            elif own := self._form.statuses.get(name.casefold()):
                found.append(DraftStatus(name=name, category=own, sure=True))
            else:
                guess = meaning(name)
                found.append(DraftStatus(name=name, category=guess.category, sure=guess.sure))
        if self._status_field == "section":
            return found  # which stand as on the board
        return sorted(found, key=lambda status: _MEANINGS.index(status.category or "waiting"))

    def _finished(self, row: Row, completed: bool) -> bool:
        if not self._finishing:
            return False
        state = self._text(row, "state")
        if self._status_field != "state" and state:
            return meaning(state).category == "done"
        done = self._text(row, "done")
        return (
            completed or lists.is_true(done) or (bool(done) and meaning(done).category == "done" and meaning(done).sure)
        )

    def _priority_scale(self, rows: Sequence[Row]) -> Mapping[str, object]:
        if self._form.priorities:
            return self._form.priorities
        texts = (
            {self._text(row, "priority").strip().casefold() for row in rows} if "priority" in self._fields else set()
        )
        if "p0" in texts:  # so P1 is not the highest
            return {"p0": "urgent", "p1": "high", "p2": "medium", "p3": "low", "p4": "low"}
        return {}

    def _priority(self, row: Row, kept: list[tuple[str, str]]) -> str:
        text = one_line(self._text(row, "priority"))
        found = priority(text, self._scale)  # type: ignore[arg-type]
        if found is None:
            header = self._header[self._fields["priority"][0]]
            self._unknown["priority_unknown", header, text] += 1
            kept.append((header, text))
        return found or "none"

    def _due(self, row: Row, kept: list[tuple[str, str]]) -> date | None:
        found = self._moment(row, "due", kept)
        return found.day if found else None

    def _more(self, row: Row, kept: list[tuple[str, str]]) -> dict[str, Any]:
        """Other plain fields. A value that is none is noted and kept as text."""
        values: dict[str, Any] = {}
        for name, form in MORE.items():
            if name not in self._fields:
                continue
            if isinstance(form, Day):
                found = self._moment(row, name, kept)
                values[name] = found.day if found else None
                continue
            text = one_line(self._text(row, name))
            try:
                values[name] = parsed(form, text)
            except ValueError:
                header = self._header[self._fields[name][0]]
                self._unknown["value_unknown", header, text[:80]] += 1
                kept.append((header, text))
                values[name] = BY_NAME[name].default
        return values

    def _moment(self, row: Row, field: str, kept: list[tuple[str, str]]) -> Moment | None:
        """A date. What is none, such as "every Monday", is noted and kept as text."""
        for index in self._fields.get(field, ()):
            text = self._cell(row, index).strip()
            if not text or text in ("null", "N/A", "-"):
                continue
            header = self._header[index]
            zone: tzinfo = _UTC if "(UTC)" in header else self._zone
            try:
                return moment(text, zone, self._orders.get(index))
            except NoDate:
                self._unknown["date_unknown", header, one_line(text)[:80]] += 1
                kept.append((header, one_line(text)))
        return None

    def _persons(self, row: Row) -> tuple[Person, ...]:
        ids = self._list(row, "assignee_ids")
        people: list[Person] = []
        for index, text in enumerate(self._list(row, "assignees")):
            if text.casefold() in _NO_PERSON:
                continue
            name, username = lists.person_of(text)
            person = Person(name=name[:200], username=username[:200], user_id=ids[index] if index < len(ids) else None)
            people.append(person)
            self._people[person] = None
        if len(self._people) > MAX_PEOPLE:
            raise BadFile(
                row.where,
                Fault(
                    "too_many_people",
                    f"names more than the {MAX_PEOPLE:,} people that one import takes",
                    str(MAX_PEOPLE),
                ),
            )
        return tuple(dict.fromkeys(people))

    def _comments(self, row: Row, created: datetime | None) -> list[DraftComment]:
        return [
            comment
            for index in self._fields.get("comment", ())
            for comment in comments_of(self._cell(row, index), self._zone, None, created or self._fallback)
        ]

    def _kept(self, row: Row) -> list[tuple[str, str]]:
        fields = [*(["start"] if "start" not in MORE else []), "keep", *(["section"] if self._section_kept else [])]
        columns = [index for field in fields for index in self._fields.get(field, ())]
        described = [index for index in self._fields.get("description", ()) if self._cell(row, index).strip()]
        kept = []
        for index in sorted([*columns, *described[1:]]):
            text = clean(self._cell(row, index)).strip()
            if text and text not in ("0", "null", "[]"):
                kept.append((self._header[index], text))
        return kept

    def _ids(self, rows: Sequence[Row]) -> int | None:
        """The column with the rows' own ids: the first that tells them apart."""
        for index in self._fields.get("id", ()):
            cells = [cell for row in rows if index < len(row.cells) and (cell := row.cells[index].strip())]
            if cells and len(set(cells)) >= _LIKE_IDS * len(cells):
                return index
        return None
