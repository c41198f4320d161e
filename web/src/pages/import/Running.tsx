import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "wouter";
import type { ImportRun } from "../../http/imports";
import { LeftOutRows, Notes } from "./Notes";
import { reason } from "./words";

interface RunningProps {
  run: ImportRun;
  onStop: () => void;
  onUndo: () => void;
  onAgain: () => void;
}

/** How far an import is, what it did, and the way back. */
export function Running({ run, onStop, onUndo, onAgain }: RunningProps) {
  const { state, done, total, result, undone } = run;
  const titles: Record<string, string> = {
    running: t`Importing …`,
    done: t`Imported`,
    stopped: t`Stopped`,
    failed: t`The import broke off`,
    undoing: t`Taking it back …`,
    undone: t`Taken back`,
  };
  const working = state === "running" || state === "undoing";
  const back = state === "done" || state === "stopped" || state === "failed";
  return (
    <section className="section" aria-live="polite">
      <h2>{titles[state]}</h2>
      {working && (
        <>
          <progress className="import-bar" value={done} max={Math.max(total, 1)} aria-label={titles[state]} />
          <p className="import-counts">
            <span>{total > 0 ? t`${done} of ${total} tasks` : t`Getting ready …`}</span>
          </p>
        </>
      )}
      {result && !undone && !working && (
        <p className="import-counts">
          <span>{plural(result.added, { one: "# added", other: "# added" })}</span>
          {result.changed > 0 && <span>{plural(result.changed, { one: "# changed", other: "# changed" })}</span>}
          {!!result.same && <span>{plural(result.same, { one: "# the same", other: "# the same" })}</span>}
          {!!result.comments && (
            <span>{plural(result.comments, { one: "# comment added", other: "# comments added" })}</span>
          )}
        </p>
      )}
      {undone && (
        <p className="import-counts">
          <span>{plural(undone.deleted, { one: "# deleted", other: "# deleted" })}</span>
          <span>{plural(undone.changed, { one: "# changed back", other: "# changed back" })}</span>
          {undone.kept > 0 && (
            <span>{plural(undone.kept, { one: "# later change kept", other: "# later changes kept" })}</span>
          )}
        </p>
      )}
      {run.problem && (
        <p className="field-error">
          {reason({ code: run.problem.reason, what: run.problem.what, problem: run.problem.detail })}
        </p>
      )}
      {state === "stopped" && (
        <p className="section-hint">
          <Trans>What was imported stays. Import the file again to go on from there.</Trans>
        </p>
      )}
      {result && state === "done" && (
        <>
          <LeftOutRows rows={result.left_out ?? []} count={result.left_out_count ?? 0} />
          <Notes notes={result.notes ?? []} />
        </>
      )}
      <div className="section-actions">
        {state === "running" ? (
          <button type="button" className="button" onClick={onStop}>
            <Trans>Stop</Trans>
          </button>
        ) : (
          !working && (
            <button type="button" className="button" onClick={onAgain}>
              <Trans>Import another file</Trans>
            </button>
          )
        )}
        {back && (
          <button type="button" className="button" onClick={onUndo}>
            <Trans>Take it back</Trans>
          </button>
        )}
        {result && state === "done" && (
          <Link href={`/projects/${result.project_id}`} className="button primary">
            <Trans>Open the project</Trans>
          </Link>
        )}
      </div>
    </section>
  );
}
