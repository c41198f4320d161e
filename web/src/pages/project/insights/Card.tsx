import { t } from "@lingui/core/macro";
import { type ReactNode, useId, useState } from "react";
import { type Cell, download } from "../../../lib/csv";
import { Icon } from "../../../ui/icons";

export interface Table {
  /** What the file is called, without its ending. */
  name: string;
  head: string[];
  rows: Cell[][];
}

interface Props {
  title: string;
  /** What the chart is good for, in a sentence. */
  hint: string;
  /** What it says right now, in a sentence. */
  summary?: ReactNode;
  controls?: ReactNode;
  table: Table;
  /** A list says all that a table would. */
  isList?: boolean;
  wide?: boolean;
  children: ReactNode;
}

/** One chart with its title, what it says, itself as a table, and as a file. */
export function Card({ title, hint, summary, controls, table, isList = false, wide = false, children }: Props) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const empty = table.rows.length === 0;
  return (
    <section className={`insight ${wide ? "wide" : ""}`} aria-labelledby={id}>
      <header className="insight-head">
        <h2 id={id}>{title}</h2>
        {controls}
        <span className="insight-tools">
          {!isList && !empty && (
            <button
              type="button"
              className="icon-button"
              aria-pressed={asTable}
              aria-label={t`${title} as a table`}
              title={t`As a table`}
              onClick={() => setAsTable(!asTable)}
            >
              <Icon name="table" />
            </button>
          )}
          {!empty && (
            <button
              type="button"
              className="icon-button"
              aria-label={t`${title} as a CSV file`}
              title={t`As a CSV file`}
              onClick={() => download(`${table.name}.csv`, [table.head, ...table.rows])}
            >
              <Icon name="download" />
            </button>
          )}
        </span>
      </header>
      <p className="insight-hint">{hint}</p>
      {summary && <p className="insight-summary">{summary}</p>}
      {asTable && !empty ? <Data table={table} label={title} /> : children}
    </section>
  );
}

function Data({ table: { head, rows }, label }: { table: Table; label: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would be a landmark of its own
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
    <div className="insight-table" role="group" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.slice(0, 2).join()}>
              {row.map((value, index) => (
                <td key={head[index]} className={typeof value === "number" ? "number" : undefined}>
                  {value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
