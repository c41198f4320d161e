import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { ApiError } from "../http/client";
import { explain } from "../http/explain";
import type { Project } from "../http/types";
import { keyFrom, nextKey } from "../lib/projectKey";
import { keys } from "../sync/cache";
import { createProject, restoreProject } from "../sync/projects";
import { useConfig, useDeletedProjects, useProjects } from "../sync/queries";
import { Ago } from "../ui/Ago";
import { askToClose, Dialog } from "../ui/Dialog";
import { Empty } from "../ui/Empty";
import { Icon } from "../ui/icons";
import { useTitle } from "../ui/title";
import { roleName } from "../ui/words";
import { Failed } from "./parts/Failed";
import { Avatars } from "./parts/People";
import { Skeleton } from "./parts/Skeleton";

export default function Projects() {
  const projects = useProjects();
  const config = useConfig().data;
  const [, go] = useLocation();
  const creating = useSearch() === "new";
  useTitle(t`Projects`);
  const create = (
    <button type="button" className="button primary" onClick={() => go("/projects?new")}>
      <Icon name="plus" />
      <Trans>New project</Trans>
    </button>
  );
  return (
    <div className="page">
      <header className="page-head">
        <h1>
          <Trans>Projects</Trans>
        </h1>
        <span className="spring" />
        <Link href="/catch-up" className="button" aria-label={t`Catch up`} title={t`Catch up`}>
          <Icon name="activity" />
          <span className="wide-only">
            <Trans>Catch up</Trans>
          </span>
        </Link>
        {config?.mode === "embedded" && (
          <Link href="/import" className="button">
            <Trans>Import</Trans>
          </Link>
        )}
        {projects.data && projects.data.length > 0 && create}
      </header>
      {projects.isPending && <Skeleton className="tile" rows={4} />}
      {projects.error && !projects.data && <Failed error={projects.error} retry={() => void projects.refetch()} />}
      {projects.data?.length === 0 && (
        <Empty icon="folder" title={t`Begin with a project`} action={create}>
          <Trans>
            A project is a board: its tasks move through waiting, in progress and done. Add the people you work with,
            and everyone concerned is notified about every change.
          </Trans>
        </Empty>
      )}
      {projects.data && projects.data.length > 0 && (
        <ul className="tiles">
          {projects.data.map((project) => (
            <li key={project.id} className="tile">
              <Link href={`/projects/${project.id}`} className="tile-link">
                <span className="nav-badge">{project.key.slice(0, 4)}</span>
                <span className="tile-name">{project.name}</span>
              </Link>
              <div className="tile-meta">
                <span>
                  {project.role && `${roleName(project.role)} · `}
                  {plural(project.members.length, { one: "# member", other: "# members" })}
                </span>
                <Ago time={project.updated_at} />
              </div>
              <Avatars ids={project.members.map((member) => member.user_id)} most={5} />
            </li>
          ))}
        </ul>
      )}
      {projects.data && <DeletedProjects />}
      {creating && <NewProject onClose={() => go("/projects", { replace: true })} />}
    </div>
  );
}

function DeletedProjects() {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const deleted = useDeletedProjects(open);
  return (
    <details className="group deleted-projects" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>
          <Trans>Deleted projects</Trans>
        </h2>
      </summary>
      {deleted.data?.length === 0 && (
        <p className="section-hint">
          <Trans>Nothing was deleted here.</Trans>
        </p>
      )}
      {deleted.data && deleted.data.length > 0 && (
        <ul className="rows">
          {deleted.data.map((project) => (
            <li key={project.id} className="row">
              <span className="nav-badge">{project.key.slice(0, 4)}</span>
              <span className="row-link">{project.name}</span>
              {project.role === "owner" && (
                <button type="button" className="button small" onClick={() => void restoreProject(client, project)}>
                  <Icon name="undo" />
                  <Trans>Restore</Trans>
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

function NewProject({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const [name, setName] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const taken = (client.getQueryData<Project[]>(keys.projects) ?? []).map((project) => project.key);
  const shownKey = key ?? (name.trim() ? nextKey(keyFrom(name), taken) : "");
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      const project = await createProject(client, { name: name.trim(), ...(key ? { key } : {}) });
      go(`/projects/${project.id}`, { replace: true });
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  }
  const problem = error instanceof ApiError ? error : null;
  return (
    <Dialog title={t`New project`} onClose={onClose} filled={name.trim() !== ""}>
      <form onSubmit={submit} className="form">
        {error !== null && !problem?.field("name") && !problem?.field("key") && (
          <p className="form-error" role="alert">
            {explain(error)}
          </p>
        )}
        <div className="field">
          <label htmlFor="project-name">
            <Trans>Name</Trans>
          </label>
          <input
            id="project-name"
            data-autofocus
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder={t`Website relaunch`}
            maxLength={200}
            required
          />
          {problem?.field("name") && <p className="field-error">{explain(problem)}</p>}
        </div>
        <div className="field">
          <label htmlFor="project-key">
            <Trans>Key</Trans>
          </label>
          <input
            id="project-key"
            className="input short mono"
            value={shownKey}
            onChange={(event) => setKey(event.target.value.toUpperCase().replace(/[^A-Z0-9]/g, ""))}
            maxLength={10}
            aria-describedby="project-key-hint"
          />
          <p id="project-key-hint" className="field-hint">
            {shownKey ? (
              <Trans>
                Tasks will be called {shownKey}-1, {shownKey}-2 …
              </Trans>
            ) : (
              <Trans>Left empty, one is chosen.</Trans>
            )}
          </p>
          {problem?.field("key") && <p className="field-error">{explain(problem)}</p>}
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={(event) => askToClose(event.currentTarget)}>
            <Trans>Cancel</Trans>
          </button>
          <button type="submit" className="button primary" disabled={busy || !name.trim()}>
            <Trans>Create project</Trans>
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
