import { plural } from "@lingui/core/macro";
import type { ImportNote, LeftOut } from "../../http/imports";
import { noted, place, reason } from "./words";

/** What could not be kept as it was, line by line. */
export function Notes({ notes }: { notes: ImportNote[] }) {
  if (notes.length === 0) return null;
  return (
    <details className="import-notes" open={notes.length < 6}>
      <summary>{plural(notes.length, { one: "# note", other: "# notes" })}</summary>
      <ul>
        {notes.map((note) => (
          <li key={`${note.code} ${note.where} ${note.what}`}>{noted(note)}</li>
        ))}
      </ul>
    </details>
  );
}

/** Rows that are not imported, and why. */
export function LeftOutRows({ rows, count }: { rows: LeftOut[]; count: number }) {
  if (count === 0) return null;
  return (
    <details className="import-notes" open={rows.length < 6}>
      <summary>{plural(count, { one: "# row is left out", other: "# rows are left out" })}</summary>
      <ul>
        {rows.map((row) => (
          <li key={`${row.where} ${row.problem}`}>
            <strong>{place(row.where)}</strong> {reason(row)}
          </li>
        ))}
        {count > rows.length && <li aria-hidden="true">…</li>}
      </ul>
    </details>
  );
}
