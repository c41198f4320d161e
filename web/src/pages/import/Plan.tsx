import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ImportChoices, ImportPlan } from "../../http/imports";
import { useProjects } from "../../sync/queries";
import { Changes } from "./Changes";
import { Columns, People, Statuses } from "./Mapping";
import { LeftOutRows, Notes } from "./Notes";
import { Questions } from "./Questions";

interface PlanProps {
  plan: ImportPlan;
  choices: ImportChoices;
  busy: boolean;
  onChoose: (more: ImportChoices) => void;
  onStart: () => void;
}

/** What would happen, everything that was understood, and how to correct it. */
export function Plan({ plan, choices, busy, onChoose, onStart }: PlanProps) {
  const { counts } = plan;
  const open = plan.questions.length > 0;
  const nothing = counts.new + counts.changed === 0;
  return (
    <div className="import-plan" aria-busy={busy}>
      <Questions plan={plan} choices={choices} onChoose={onChoose} />
      {!open && (
        <section className="section">
          <h2>
            <Trans>What would happen</Trans>
          </h2>
          <p className="import-counts" aria-live="polite">
            {plan.format_title && <span>{plan.format_title}</span>}
            <span>{plural(counts.new, { one: "# new task", other: "# new tasks" })}</span>
            {counts.changed > 0 && <span>{plural(counts.changed, { one: "# changed", other: "# changed" })}</span>}
            {counts.same > 0 && <span>{plural(counts.same, { one: "# the same", other: "# the same" })}</span>}
            {counts.comments > 0 && <span>{plural(counts.comments, { one: "# comment", other: "# comments" })}</span>}
            {counts.deleted > 0 && <span>{plural(counts.deleted, { one: "# archived", other: "# archived" })}</span>}
          </p>
          <Changes plan={plan} />
          <LeftOutRows rows={plan.left_out} count={counts.left_out} />
          <Notes notes={plan.notes} />
          <p className="section-hint">
            <Trans>Days are counted in {plan.time_zone}.</Trans>
          </p>
        </section>
      )}
      <Target plan={plan} choices={choices} onChoose={onChoose} />
      {!open && <Statuses plan={plan} choices={choices} onChoose={onChoose} />}
      {!open && <People plan={plan} choices={choices} onChoose={onChoose} />}
      <Columns plan={plan} choices={choices} onChoose={onChoose} />
      <div className="section-actions import-start">
        <button type="button" className="button primary" disabled={busy || open || nothing} onClick={onStart}>
          <Trans>Import</Trans>
        </button>
        <span className="section-hint">
          {busy ? (
            <Trans>Reading …</Trans>
          ) : nothing && !open ? (
            <Trans>There is nothing new in this file.</Trans>
          ) : (
            <Trans>Nobody is notified, and you can take it back.</Trans>
          )}
        </span>
      </div>
    </div>
  );
}

type PartProps = Pick<PlanProps, "plan" | "choices" | "onChoose">;

function Target({ plan, choices, onChoose }: PartProps) {
  const projects = useProjects().data?.filter((project) => project.role === "owner") ?? [];
  const known = plan.suggested;
  return (
    <section className="section">
      <div className="field">
        <label htmlFor="import-into">
          <Trans>Into</Trans>
        </label>
        <select
          id="import-into"
          className="input"
          value={choices.project_id ?? ""}
          onChange={(event) => onChoose({ project_id: event.target.value || null, statuses: {}, people: {} })}
        >
          <option value="">{t`A new project: ${plan.project_id ? (choices.name ?? t`named like the file`) : plan.name}`}</option>
          {projects.map((project) => (
            <option key={project.id} value={project.id}>
              {project.key} · {project.name}
            </option>
          ))}
        </select>
        {known && (
          <p className="import-known">
            <span>
              <Trans>You imported these tasks into “{known.name}” before.</Trans>
            </span>
            <button type="button" className="button small" onClick={() => onChoose({ project_id: known.id })}>
              <Trans>Update them there</Trans>
            </button>
          </p>
        )}
      </div>
    </section>
  );
}
