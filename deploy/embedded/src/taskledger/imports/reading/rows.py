"""Tables: CSV in its kinds, and workbooks. A table is rows of text, each with its place in the file."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from taskledger.imports.model import MAX_ROWS, MAX_TEXT_BYTES, BadFile, Fault

DELIMITERS: Final = ",;\t|"

_SAMPLE_LINES: Final = 200
_MORE_THAN_ROWS: Final = MAX_ROWS + 1_000
"""Titles and headings may stand before and between the rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells as text, and where they stand."""

    where: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a file that are not empty, header lines among them."""

    rows: Sequence[Row]
    delimiter: str = ""
    sheet: str = ""


Score: TypeAlias = Callable[[Sequence[Row]], float]
"""How good a table some first rows are: the higher, the better. So formats have a say."""


def read_delimited(text: str, delimiter: str | None = None, score: Score | None = None) -> Rows:
    """The rows of CSV text. Without a delimiter it is the one that makes a table of it. Raises BadFile."""
    csv.field_size_limit(MAX_TEXT_BYTES)
    first, _, rest = text.partition("\n")
    if said := re.fullmatch(r'"?sep=(.)"?\s*', first):  # which Excel writes and reads
        text, delimiter = rest, delimiter or said[1]
    chosen = delimiter or _delimiter(text, score or _width)
    try:
        rows = list(_rows(text, chosen, MAX_ROWS))
    except csv.Error as error:
        raise BadFile("the file", Fault("not_csv", f"is not CSV: {error}")) from error
    return Rows(rows, chosen)


def _width(rows: Sequence[Row]) -> float:
    widths = [len(row.cells) for row in rows]
    common = max(set(widths), key=widths.count) if widths else 1
    return 0.0 if common < 2 else min(common, 8) * widths.count(common) / len(widths)


def _delimiter(text: str, score: Score) -> str:
    head = "\n".join(text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])[: 256 * 1024]
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        if delimiter not in head:
            continue
        sample: list[Row] = []
        try:
            sample.extend(_rows(head, delimiter, _SAMPLE_LINES, strict=False))
        except csv.Error:
            continue
        found = score(sample)
        if found > most:
            best, most = delimiter, found
    return best


def _rows(text: str, delimiter: str, most: int, *, strict: bool = True) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    began, count = 1, 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            count += 1
            if count > most + 1_000:
                if strict:
                    raise BadFile(
                        f"line {began}",
                        Fault("too_many_rows", f"is beyond the {MAX_ROWS:,} rows that one import takes", str(MAX_ROWS)),
                    )
                return
            yield Row(f"line {began}", cells)
        began = reader.line_num + 1


# --- workbooks ---

_ZIP: Final = b"PK\x03\x04"


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes are an xlsx file, or at least a zip."""
    return raw.startswith(_ZIP)


def read_workbook(raw: bytes) -> Rows:
    """The rows of the first sheet of a workbook that has any. Raises BadFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
        if size > MAX_TEXT_BYTES:
            raise BadFile(
                "the file",
                Fault(
                    "too_large",
                    f"is larger than {MAX_TEXT_BYTES // 2**20} MiB when unpacked",
                    str(MAX_TEXT_BYTES // 2**20),
                ),
            )
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            best: tuple[str, list[Row]] = ("", [])
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                if sheet.total_height > _MORE_THAN_ROWS:
                    raise BadFile(
                        f"sheet {name}",
                        Fault(
                            "too_many_rows", f"has more than the {MAX_ROWS:,} rows that one import takes", str(MAX_ROWS)
                        ),
                    )
                rows = [
                    Row(f"row {number}", cells)
                    for number, row in enumerate(sheet.iter_rows(), sheet.start[0] + 1 if sheet.start else 1)
                    if any(cells := [_cell(value) for value in row])
                ]
                if len(rows) > len(best[1]):
                    best = (name, rows)
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError) as error:
        raise BadFile("the file", Fault("not_a_workbook", "is not a workbook that can be read (xlsx)")) from error
    return Rows(best[1], sheet=best[0])


def _cell(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)
