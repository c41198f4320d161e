"""From a file's bytes to a draft, whatever the file is."""

from pathlib import PurePath

from taskledger.imports.choices import Choices
from taskledger.imports.formats import ANY_TABLE, DOCUMENTS, TABLES, TEXTS
from taskledger.imports.formats.base import Reading
from taskledger.imports.model import MAX_FILE_BYTES, BadFile, BadRow, Draft, Fault, Question
from taskledger.imports.reading.documents import read_json
from taskledger.imports.reading.rows import is_workbook, read_delimited, read_workbook
from taskledger.imports.reading.text import NAMES, Decoded, decode
from taskledger.imports.tables import read_table, scorer


def read(raw: bytes, name: str, choices: Choices) -> Draft:
    """The draft of a file. Raises BadFile for what cannot be imported as a whole."""
    if len(raw) > MAX_FILE_BYTES:
        raise BadFile(
            "the file",
            Fault("too_large", f"is larger than {MAX_FILE_BYTES // 2**20} MiB", str(MAX_FILE_BYTES // 2**20)),
        )
    if not raw.strip():
        raise BadFile("line 1", Fault("empty", "the file is empty"))
    reading = Reading(name=PurePath(name).stem, choices=choices)
    if is_workbook(raw):
        return read_table(read_workbook(raw), TABLES, ANY_TABLE, reading)
    decoded = decode(raw, choices.encoding)
    draft = _of_text(decoded, name, reading)
    draft.encoding = decoded.encoding
    if not decoded.sure and choices.encoding is None:
        draft.questions.append(_which_encoding(decoded))
    return draft


def _of_text(decoded: Decoded, name: str, reading: Reading) -> Draft:
    text = decoded.text.lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return _of_document(text, reading)
    for form in TEXTS:
        if form.matches(text, name):
            return form.read(text, reading)
    choices = reading.choices
    rows = read_delimited(text, choices.delimiter, scorer(TABLES, choices))
    return read_table(rows, TABLES, ANY_TABLE, reading)


def _of_document(text: str, reading: Reading) -> Draft:
    document = read_json(text)
    for form in DOCUMENTS:
        if form.matches(document):
            try:
                return form.read(document, reading)
            except BadRow as fault:
                raise BadFile(fault.where, fault.problem) from fault
    raise BadFile("$", Fault("unknown_format", "is JSON, but of no format that is known"))


def _which_encoding(decoded: Decoded) -> Question:
    strange = [line.strip()[:80] for line in decoded.text.splitlines() if not line.isascii()]
    return Question(kind="encoding", where=decoded.encoding, examples=strange[:3], options=list(NAMES))
