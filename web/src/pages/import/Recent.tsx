import { plural } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { type ImportRecord, recentImports } from "../../http/imports";

/** Earlier imports, which can be taken back. */
export function Recent({ onUndo }: { onUndo: (id: string) => void }) {
  const [items, setItems] = useState<ImportRecord[]>([]);
  useEffect(() => {
    // A page without its past is a page still.
    recentImports().then(
      (found) => setItems(found.items),
      () => undefined,
    );
  }, []);
  if (items.length === 0) return null;
  return (
    <section className="section">
      <h2>
        <Trans>Earlier imports</Trans>
      </h2>
      <ul className="import-recent">
        {items.slice(0, 5).map((item) => (
          <li key={item.id}>
            <div>
              <span className="import-name" title={item.project_name}>
                {item.project_name}
              </span>
              <span className="import-hint">
                <time dateTime={item.at}>{new Date(item.at).toLocaleString()}</time>
                {plural(item.added, { one: "# added", other: "# added" })}
              </span>
            </div>
            {item.state === "undone" ? (
              <span className="import-hint">
                <Trans>Taken back</Trans>
              </span>
            ) : (
              <button type="button" className="button small" onClick={() => onUndo(item.id)}>
                <Trans>Take it back</Trans>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
