"""From rows to a draft: which row has the headers, whose table it is, what each column holds, what each row says."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from taskledger.imports.choices import Choices
from taskledger.imports.formats.base import Reading, TableFormat
from taskledger.imports.model import BadFile, Column, Draft, Fault, Note, Question
from taskledger.imports.reading.clean import folded, one_line
from taskledger.imports.reading.rows import Row, Rows
from taskledger.imports.table_rows import RowReader
from taskledger.imports.understanding.columns import MORE, field_of
from taskledger.imports.understanding.dates import Order, order_of

_HEADER_WITHIN: Final = 40
_EXAMPLES: Final = 3


def scorer(formats: Sequence[TableFormat], choices: Choices) -> "_Scorer":
    """How much some rows look like a table of tasks, for finding out what separates its cells."""
    return _Scorer(formats, choices)


@dataclass(frozen=True, slots=True)
class _Scorer:
    formats: Sequence[TableFormat]
    choices: Choices

    def __call__(self, rows: Sequence[Row]) -> float:
        if not rows:
            return 0.0
        known = max(_known(row.cells, self.choices) for row in rows[:_HEADER_WITHIN])
        widths = Counter(len(row.cells) for row in rows)
        width, count = widths.most_common(1)[0]
        return known * 10 + (0.0 if width < 2 else min(width, 8) * count / len(rows))


def _known(cells: Sequence[str], choices: Choices) -> int:
    """How many cells are headers that are known; 0 without a title among them."""
    fields = [_of(cell, {}, choices) for cell in cells]
    return sum(field is not None for field in fields) if any(found and found[0] == "title" for found in fields) else 0


def _of(header: str, known: Mapping[str, str], choices: Choices) -> tuple[str, int] | None:
    """A header's field and rank; what was chosen comes before all."""
    name = one_line(header)
    if name in choices.columns:
        return choices.columns[name], -2
    return field_of(name, known) if name else None


def read_table(rows: Rows, formats: Sequence[TableFormat], default: TableFormat, reading: Reading) -> Draft:
    """The draft of a table. Raises BadFile when there is nothing in it, or too much."""
    if not rows.rows:
        raise BadFile("line 1", Fault("empty", "there is no header line"))
    at = _header(rows.rows, reading.choices)
    header = [one_line(cell) for cell in rows.rows[at].cells]
    here = frozenset(folded(cell) for cell in header)
    best = max(formats, key=lambda form: form.matches(here))
    form = best if best.matches(here) else default
    body: Sequence[Row] = rows.rows[at:]
    if form.rows is not None:
        body = form.rows(rows.rows, at)
        header = [one_line(cell) for cell in body[0].cells] if body else header
    return _Table(form, header, body[1:], rows, reading).draft()


def _header(rows: Sequence[Row], choices: Choices) -> int:
    """Which row has the headers: the one with most that are known, else the first that is as wide as the table."""
    first = rows[:_HEADER_WITHIN]
    known = [_known(row.cells, choices) for row in first]
    if max(known):
        return known.index(max(known))
    widths = [sum(bool(cell.strip()) for cell in row.cells) for row in first]
    return widths.index(max(widths))


class _Table:
    def __init__(
        self, form: TableFormat, header: Sequence[str], body: Sequence[Row], rows: Rows, reading: Reading
    ) -> None:
        self.form = form
        self.header = header
        self.body = body
        self.reading = reading
        self.fields = self._fields()
        self.result = Draft(
            format=form.name,
            source="",
            name=one_line(reading.choices.name or reading.name)[:200] or form.title,
            delimiter=rows.delimiter,
        )

    def _fields(self) -> dict[str, list[int]]:
        """Columns by field, those that say it best first."""
        known = self.form.fields()
        ranked: dict[str, list[tuple[int, int]]] = {}
        for index, header in enumerate(self.header):
            found = _of(header, known, self.reading.choices)
            if found and found[0]:
                ranked.setdefault(found[0], []).append((found[1], index))
        fields: dict[str, list[int]] = {}
        for field, columns in ranked.items():
            columns.sort()
            # A worse word for the title is most likely something else: Name beside Task Name.
            worst = max(columns[0][0], -1) if field == "title" else math.inf
            fields[field] = [index for rank, index in columns if rank <= worst]
        return fields

    def draft(self) -> Draft:
        result = self.result
        result.columns = [self._column(index, header) for index, header in enumerate(self.header) if header]
        useless = {header for header, field in self.form.fields().items() if not field}
        unknown = [c.header for c in result.columns if not c.field and folded(c.header) not in useless]
        if unknown:
            result.notes.append(Note(code="columns_left_out", what=", ".join(unknown)))
        if "title" not in self.fields:
            result.questions.append(Question(kind="title", where="", options=[c.header for c in result.columns]))
            return result
        orders = self._orders()
        if result.questions:
            return result
        RowReader(self.form, self.header, self.fields, orders, self.reading, result).read(self.body)
        return result

    def _column(self, index: int, header: str) -> Column:
        field = next((name for name, columns in self.fields.items() if index in columns), "")
        examples: dict[str, None] = {}
        for row in self.body[:200]:
            if index < len(row.cells) and (text := one_line(row.cells[index])[:80]):
                examples[text] = None
            if len(examples) == _EXAMPLES:
                break
        return Column(header=header, field=field, sure=bool(field), examples=list(examples))

    def _orders(self) -> Mapping[int, Order | None]:
        """For each column of dates, what comes first in it. What neither dates nor the format say is asked."""
        orders: dict[int, Order | None] = {}
        open_: dict[int, list[str]] = {}
        for index in self._columns("due", "created", "completed", "start", *MORE):
            texts = {row.cells[index] for row in self.body if index < len(row.cells)}
            orders[index], unclear = order_of(texts)
            if orders[index] is None and unclear:
                open_[index] = sorted(unclear)[:_EXAMPLES]
        said = {order for order in orders.values() if order}
        common = said.pop() if len(said) == 1 else None
        for index, examples in open_.items():
            orders[index] = self.reading.choices.order or common or self.form.order
            if orders[index] is None:
                question = Question(
                    kind="date_order", where=self.header[index], examples=examples, options=("day", "month")
                )
                self.result.questions.append(question)
        self.result.dates = {self.header[index]: order for index, order in orders.items() if order}
        return orders

    def _columns(self, *fields: str) -> Iterable[int]:
        return [index for field in fields for index in self.fields.get(field, ())]
