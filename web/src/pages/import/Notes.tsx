import { plural, t } from "@lingui/core/macro";

/** A note of the service in the reader's language; one that is not known here, as it is. */
function noted(note: string): string {
  const [, names] = /^columns that were not understood and not imported: (.*)$/.exec(note) ?? [];
  if (names) return t`Columns that were not understood and not imported: ${names}`;
  const [, people] = /^not registered here, so not assigned: (.*)$/.exec(note) ?? [];
  if (people) return t`Not registered here, so not assigned: ${people}`;
  const [, at, most] =
    /^(.*): the title is longer than (\d+) characters; the description has all of it$/.exec(note) ?? [];
  if (at && most) return t`${at}: the title is longer than ${most} characters; the description has all of it`;
  const [, cut, length] = /^(.*): the (?:description|comment) was cut at (\d+) characters$/.exec(note) ?? [];
  if (cut && length) return t`${cut}: the text was cut at ${length} characters`;
  const [, place, labels] = /^(.*): only the first (\d+) labels were kept$/.exec(note) ?? [];
  if (place && labels) return t`${place}: only the first ${labels} labels were kept`;
  return note;
}

/** What could not be kept as it was, line by line. */
export function Notes({ notes }: { notes: string[] }) {
  if (notes.length === 0) return null;
  return (
    <details className="import-notes" open={notes.length < 6}>
      <summary>{plural(notes.length, { one: "# note", other: "# notes" })}</summary>
      <ul>
        {notes.map((note) => (
          <li key={note}>{noted(note)}</li>
        ))}
      </ul>
    </details>
  );
}
