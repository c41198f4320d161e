/** Asks before an undo replaces what somebody else has chosen since. */
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Since } from "../pages/parts/Since";
import { Value } from "../pages/parts/Value";
import { seldom } from "../pages/seldom";
import { type Asked, answer } from "../sync/asking";
import { useProject } from "../sync/queries";
import { Dialog } from "../ui/Dialog";
import { useTexts } from "../ui/texts";

export default function PutBack({ asked }: { asked: Asked[] }) {
  useTexts(seldom);
  return (
    <Dialog title={t`Changed in the meantime`} onClose={() => answer(false)} className="put-back">
      <ul className="since">
        {asked.map(({ task, conflicts }) => (
          <li key={task.id}>
            <span className="key">{task.key}</span> <Since conflicts={conflicts} projectId={task.project_id} />
          </li>
        ))}
      </ul>
      <footer className="dialog-foot">
        <Choices asked={asked} />
      </footer>
    </Dialog>
  );
}

/** What is kept is what has the focus: nothing is replaced by a key too many. */
function Choices({ asked }: { asked: Asked[] }) {
  const [first] = asked;
  const conflicts = first?.conflicts.filter(({ field }) => field !== "rank") ?? [];
  const [only] = conflicts;
  const project = useProject(first?.task.project_id ?? "").data;
  const named = asked.length === 1 && conflicts.length === 1 && only && NAMED.has(only.field) ? only : null;
  const value = (of: unknown): ReactNode => named && <Value field={named.field} value={of} project={project} />;
  const [theirs, old] = [value(named?.now), value(named && first?.before[named.field as "priority"])];
  return (
    <>
      <button type="button" className="button" onClick={() => answer(true)}>
        <span>{named ? <Trans>Put back {old}</Trans> : <Trans>Restore</Trans>}</span>
      </button>
      <button type="button" className="button primary" data-autofocus onClick={() => answer(false)}>
        <span>{named ? <Trans>Keep {theirs}</Trans> : <Trans>Keep theirs</Trans>}</span>
      </button>
    </>
  );
}

/** Their values are short enough for a button. */
const NAMED: ReadonlySet<string> = new Set(["status", "priority", "due", "start", "estimate"]);
