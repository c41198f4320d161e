import { Trans } from "@lingui/react/macro";
import type { ImportPlan } from "../../http/imports";
import { fieldName } from "./words";

function shown(value: unknown): string {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return "–";
  if (Array.isArray(value)) return value.join(", ");
  return String(value);
}

/** The tasks that change, old to new, and the first of those that are new. */
export function Changes({ plan }: { plan: ImportPlan }) {
  return (
    <>
      {plan.changed.length > 0 && (
        <ul className="import-changes">
          {plan.changed.map((item) => (
            <li key={item.where}>
              <strong>{item.title}</strong>
              {item.changes.map((change) => (
                <span key={change.field} className="import-change">
                  {fieldName(change.field)}: <del>{shown(change.old)}</del> → <ins>{shown(change.new)}</ins>
                </span>
              ))}
              {item.changes.length === 0 && (
                <span className="import-change">
                  <Trans>New comments</Trans>
                </span>
              )}
            </li>
          ))}
          {plan.counts.changed > plan.changed.length && <li aria-hidden="true">…</li>}
        </ul>
      )}
      {plan.new.length > 0 && (
        <ul className="import-titles">
          {plan.new.slice(0, 5).map((item) => (
            <li key={item.where}>{item.title}</li>
          ))}
          {plan.counts.new > 5 && <li aria-hidden="true">…</li>}
        </ul>
      )}
    </>
  );
}
