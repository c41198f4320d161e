import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useEffect, useState } from "react";
import { ApiError } from "../http/client";
import { explain } from "../http/explain";
import {
  type ImportFile,
  type ImportJob,
  importJob,
  type Preview,
  previewImport,
  startImport,
  stopImport,
  textOf,
} from "../http/imports";
import { keys } from "../sync/cache";
import { useProjects } from "../sync/queries";
import { toast } from "../sync/toasts";
import { Icon } from "../ui/icons";
import { ownTexts, useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Notes } from "./import/Notes";
import { Running } from "./import/Running";
import "../styles/pages/import.css";

const LOOK_MILLISECONDS = 400;

const texts = ownTexts({
  en: () => import("../locales/import/en.po"),
  ko: () => import("../locales/import/ko.po"),
});

/** A Trello board or a table becomes a project: what the file holds is shown first, then how far its import is. */
export default function Import() {
  useTexts(texts);
  useTitle(t`Import`);
  const client = useQueryClient();
  const [file, setFile] = useState<ImportFile | null>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [job, setJob] = useState<ImportJob | null>(null);
  const running = job?.state === "running" ? job.id : null;

  useEffect(() => {
    if (!running) return;
    // What a lost network hides is seen at the next look.
    const timer = setInterval(() => importJob(running).then(setJob, () => undefined), LOOK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [running]);
  const project = job?.result?.project_id;
  useEffect(() => {
    if (!project) return;
    void client.invalidateQueries({ queryKey: keys.projects });
    void client.invalidateQueries({ queryKey: keys.tasks(project) });
  }, [client, project]);

  async function look(next: ImportFile): Promise<void> {
    setFile(next);
    setPreview(null);
    setProblem(null);
    setJob(null);
    await previewImport(next).then(setPreview, setProblem);
  }
  async function take(given: File | undefined): Promise<void> {
    if (given) await look({ name: given.name, text: await textOf(given), project_id: null });
  }
  const tell = (error: unknown) => toast(explain(error), { kind: "error" });
  return (
    <div className="page narrow settings">
      <header className="page-head">
        <h1>
          <Trans>Import</Trans>
        </h1>
      </header>
      {!job && <Choose name={file?.name} take={(given) => void take(given)} />}
      {problem !== null && <Problem error={problem} />}
      {file && preview && !job && (
        <Found
          file={file}
          preview={preview}
          onTarget={(project_id) => void look({ ...file, project_id })}
          onStart={() => void startImport(file).then(setJob, tell)}
        />
      )}
      {job && (
        <Running
          job={job}
          onStop={() => void stopImport(job.id).then(setJob, tell)}
          onAgain={() => {
            setJob(null);
            setPreview(null);
            setFile(null);
          }}
        />
      )}
    </div>
  );
}

function Choose({ name, take }: { name: string | undefined; take: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <label
      className={`drop-file ${over ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        type="file"
        className="sr-only"
        accept=".json,.csv,.tsv,.txt"
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Icon name="folder" size={24} />
      <strong>{name ?? <Trans>Choose a file, or drop it here</Trans>}</strong>
      <span>
        <Trans>A board exported from Trello (JSON), or a table with a line of headings (CSV).</Trans>
      </span>
    </label>
  );
}

function Problem({ error }: { error: unknown }) {
  const at = error instanceof ApiError && error.code === "bad_file" ? error.errors[0] : undefined;
  return (
    <div className="import-problem" role="alert">
      <Icon name="warn" />
      <div>
        <strong>
          <Trans>This file cannot be imported. Nothing was written.</Trans>
        </strong>
        <p>
          {at ? (
            <>
              <code>{at.field}</code> {at.message}
            </>
          ) : (
            explain(error)
          )}
        </p>
      </div>
    </div>
  );
}

interface FoundProps {
  file: ImportFile;
  preview: Preview;
  onTarget: (projectId: string | null) => void;
  onStart: () => void;
}

function Found({ file, preview, onTarget, onStart }: FoundProps) {
  const projects = useProjects().data?.filter((project) => project.role === "owner") ?? [];
  const strangers = preview.people.filter((person) => !person.known).map((person) => person.name);
  const names = strangers.join(", ");
  return (
    <>
      <section className="section">
        <h2>
          <Trans>What the file holds</Trans>
        </h2>
        <p className="import-counts">
          <span>{plural(preview.tasks, { one: "# task", other: "# tasks" })}</span>
          {preview.archived > 0 && <span>{plural(preview.archived, { one: "# archived", other: "# archived" })}</span>}
          {preview.comments > 0 && <span>{plural(preview.comments, { one: "# comment", other: "# comments" })}</span>}
          <span>{preview.statuses.join(" → ")}</span>
        </p>
        <ul className="import-titles">
          {preview.titles.map((title, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two tasks may have one title, and none changes its place
            <li key={index}>{title}</li>
          ))}
          {preview.tasks + preview.archived > preview.titles.length && <li aria-hidden="true">…</li>}
        </ul>
        {names && (
          <p className="section-hint">
            <Trans>Not registered here, so not assigned: {names}</Trans>
          </p>
        )}
        <Notes notes={preview.notes} />
      </section>
      <div className="field">
        <label htmlFor="import-into">
          <Trans>Into</Trans>
        </label>
        <select
          id="import-into"
          className="input"
          value={file.project_id ?? ""}
          onChange={(event) => onTarget(event.target.value || null)}
        >
          <option value="">{t`A project of its own: ${preview.name}`}</option>
          {projects.map((project) => (
            <option key={project.id} value={project.id}>
              {project.key} · {project.name}
            </option>
          ))}
        </select>
        <p className="field-hint">
          <Trans>Importing a file again adds only what is new. Nobody is notified.</Trans>
        </p>
      </div>
      <button type="button" className="button primary" onClick={onStart}>
        <Trans>Import</Trans>
      </button>
    </>
  );
}
