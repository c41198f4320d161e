import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { explain } from "../http/explain";
import { learn } from "../http/faults";
import {
  addImport,
  chooseImport,
  type ImportChoices,
  type ImportPlan,
  type ImportRun,
  importRun,
  startImport,
  stopImport,
  undoImport,
} from "../http/imports";
import { keys } from "../sync/cache";
import { toast } from "../sync/toasts";
import { ownTexts, useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Choose } from "./import/Choose";
import { Plan } from "./import/Plan";
import { Problem } from "./import/Problem";
import { Recent } from "./import/Recent";
import { Running } from "./import/Running";
import "../styles/pages/import.css";

const LOOK_MILLISECONDS = 400;
const WORKING = ["reading", "running", "undoing"];

void learn();

const texts = ownTexts({
  en: () => import("../locales/import/en.po"),
  ko: () => import("../locales/import/ko.po"),
});

/** A board or a table from elsewhere: what it was understood as is shown and changed, then imported, or taken back. */
export default function Import() {
  useTexts(texts);
  useTitle(t`Import`);
  const client = useQueryClient();
  const [run, setRun] = useState<ImportRun | null>(null);
  const [plan, setPlan] = useState<ImportPlan | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  // An answer that was on its way may have older choices than were made meanwhile.
  const chosen = useRef<ImportChoices>({});
  const id = run?.id;
  const working = run !== null && WORKING.includes(run.state);

  useEffect(() => {
    if (!id || !working) return;
    // What a lost network hides is seen at the next look.
    const timer = setInterval(() => importRun(id).then(setRun, () => undefined), LOOK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [id, working]);
  useEffect(() => {
    // While the file is read again with other choices, what was shown stays.
    if (run?.plan) setPlan(run.plan);
  }, [run?.plan]);
  const project = run?.result?.project_id;
  const state = run?.state;
  useEffect(() => {
    if (!project || !state) return;
    void client.invalidateQueries({ queryKey: keys.projects });
    void client.invalidateQueries({ queryKey: keys.tasks(project) });
  }, [client, project, state]);

  const tell = (error: unknown) => toast(explain(error), { kind: "error" });
  function begin(next: ImportRun | null): void {
    setRun(next);
    setPlan(null);
    setProblem(null);
    chosen.current = {};
  }
  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    begin(null);
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    await addImport(file, zone).then(setRun, setProblem);
  }
  function choose(more: ImportChoices): void {
    if (!run) return;
    chosen.current = { ...run.choices, ...chosen.current, ...more };
    setRun({ ...run, choices: chosen.current, state: "reading" });
    chooseImport(run.id, chosen.current).then(setRun, (error) => {
      tell(error);
      setRun({ ...run });
    });
  }
  const before = run === null || ["reading", "planned", "refused"].includes(run.state);
  return (
    <div className="page narrow settings">
      <header className="page-head">
        <h1>
          <Trans>Import</Trans>
        </h1>
      </header>
      {before && <Choose name={run?.name} take={(file) => void take(file)} reading={state === "reading" && !plan} />}
      {problem !== null && <Problem error={problem} />}
      {state === "refused" && run?.problem && <Problem said={run.problem} />}
      {run && plan && (state === "planned" || state === "reading") && (
        <Plan
          plan={plan}
          choices={{ ...run.choices, ...chosen.current }}
          busy={state === "reading"}
          onChoose={choose}
          onStart={() => void startImport(run.id).then(setRun, tell)}
        />
      )}
      {run && !before && (
        <Running
          run={run}
          onStop={() => void stopImport(run.id).then(setRun, tell)}
          onUndo={() => void undoImport(run.id).then(setRun, tell)}
          onAgain={() => begin(null)}
        />
      )}
      {(run === null || state === "refused") && <Recent onUndo={(one) => void undoImport(one).then(begin, tell)} />}
    </div>
  );
}
