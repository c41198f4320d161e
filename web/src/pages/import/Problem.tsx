import { Trans } from "@lingui/react/macro";
import { explain } from "../../http/explain";
import type { ImportRun } from "../../http/imports";
import { Icon } from "../../ui/icons";
import { place, reason } from "./words";

/** Why a file cannot be imported: what its reader said, or a failed call. */
export function Problem({ error, said }: { error?: unknown; said?: NonNullable<ImportRun["problem"]> }) {
  return (
    <div className="import-problem" role="alert">
      <Icon name="warn" />
      <div>
        <strong>
          <Trans>This file cannot be imported. Nothing was written.</Trans>
        </strong>
        <p>
          {said ? (
            <>
              {said.where && <code>{place(said.where)}</code>}{" "}
              {reason({ code: said.reason, what: said.what, problem: said.detail })}
            </>
          ) : (
            explain(error)
          )}
        </p>
      </div>
    </div>
  );
}
