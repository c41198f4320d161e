"""Any table with headers that are known words, or that whoever imports explains."""

from taskledger.imports.formats.base import TableFormat

FORMAT = TableFormat(name="table", title="A table", signs=())
