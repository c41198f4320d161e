import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "wouter";
import type { ImportJob } from "../../http/imports";
import { Notes } from "./Notes";

export function Running({ job, onStop, onAgain }: { job: ImportJob; onStop: () => void; onAgain: () => void }) {
  const { state, done, total, result } = job;
  const titles = {
    running: t`Importing …`,
    done: t`Imported`,
    stopped: t`Stopped`,
    failed: t`The import broke off`,
  };
  return (
    <section className="section" aria-live="polite">
      <h2>{titles[state]}</h2>
      <progress className="import-bar" value={done} max={total} aria-label={titles[state]} />
      <p className="import-counts">
        <span>{t`${done} of ${total} tasks`}</span>
        {result && <span>{plural(result.added, { one: "# added", other: "# added" })}</span>}
        {result && result.known > 0 && (
          <span>{plural(result.known, { one: "# known already", other: "# known already" })}</span>
        )}
        {result && result.comments > 0 && (
          <span>{plural(result.comments, { one: "# comment added", other: "# comments added" })}</span>
        )}
      </p>
      {job.problem && <p className="field-error">{job.problem}</p>}
      {state === "stopped" && (
        <p className="section-hint">
          <Trans>What was imported stays. Import the file again to go on from there.</Trans>
        </p>
      )}
      {result && <Notes notes={result.notes} />}
      <div className="section-actions">
        {state === "running" ? (
          <button type="button" className="button" onClick={onStop}>
            <Trans>Stop</Trans>
          </button>
        ) : (
          <button type="button" className="button" onClick={onAgain}>
            <Trans>Import another file</Trans>
          </button>
        )}
        {result && (
          <Link href={`/projects/${result.project_id}`} className="button primary">
            <Trans>Open the project</Trans>
          </Link>
        )}
      </div>
    </section>
  );
}
