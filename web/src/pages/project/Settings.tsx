import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { keys, putProject } from "../../api/cache";
import { restoreTask } from "../../api/changes";
import * as api from "../../api/endpoints";
import { useDeletedTasks, useMe, useProjectTasks } from "../../api/queries";
import type { Category, Member, Project, Role, Status, Task } from "../../api/types";
import { CATEGORIES, categoryName, ROLES, roleName, statusName } from "../../app/words";
import { Avatar, explain, Name, Skeleton, useSettled, useTitle } from "../../ui/bits";
import { Dialog } from "../../ui/Dialog";
import { Icon, StatusIcon } from "../../ui/icons";
import { Picker } from "../../ui/Picker";
import { toast } from "../../ui/toast";

export default function Settings({ project }: { project: Project }) {
  const owner = project.role === "owner";
  useTitle(t`Settings of ${project.name}`);
  return (
    <div className="page narrow settings">
      {!owner && (
        <p className="note">
          <Trans>Only owners change these settings. You can look at them.</Trans>
        </p>
      )}
      <General project={project} owner={owner} />
      <Members project={project} owner={owner} />
      <Statuses key={project.statuses.map((status) => status.key).join()} project={project} owner={owner} />
      <DeletedTasks project={project} />
      {owner && <Danger project={project} />}
    </div>
  );
}

/** Saves a change of the project: shows the answer everywhere, or says why not. Answers whether it was saved. */
function useSave(): (work: () => Promise<Project>, done: string, undo?: () => void) => Promise<boolean> {
  const client = useQueryClient();
  return async (work, done, undo) => {
    try {
      const project = await work();
      putProject(client, project);
      toast(done, undo ? { undo } : {});
      return true;
    } catch (error) {
      toast(explain(error), { kind: "error" });
      return false;
    }
  };
}

function General({ project, owner }: { project: Project; owner: boolean }) {
  const save = useSave();
  const [name, setName] = useState(project.name);
  useEffect(() => setName(project.name), [project.name]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save(() => api.editProject(project.id, { name: name.trim() }), t`Project renamed`);
  };
  return (
    <section className="section">
      <h2>
        <Trans>General</Trans>
      </h2>
      <form className="inline-form" onSubmit={submit}>
        <div className="field">
          <label htmlFor="name">
            <Trans>Name</Trans>
          </label>
          <input
            id="name"
            className="input"
            value={name}
            maxLength={200}
            required
            disabled={!owner}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {owner && (
          <button type="submit" className="button" disabled={!name.trim() || name.trim() === project.name}>
            <Trans>Save</Trans>
          </button>
        )}
      </form>
    </section>
  );
}

function roleHint(role: Role): string {
  switch (role) {
    case "owner":
      return t`works on tasks and changes these settings`;
    case "member":
      return t`works on tasks`;
    case "viewer":
      return t`only looks`;
  }
}

function Members({ project, owner }: { project: Project; owner: boolean }) {
  const me = useMe().data;
  const save = useSave();
  const [, go] = useLocation();
  const client = useQueryClient();
  async function remove(member: Member): Promise<void> {
    const leaving = member.user_id === me?.id;
    const saved = await save(
      () => api.removeMember(project.id, member.user_id),
      leaving ? t`You left the project` : t`Member removed`,
    );
    if (saved && leaving) {
      void client.invalidateQueries({ queryKey: keys.projects });
      go("/projects");
    }
  }
  return (
    <section className="section">
      <h2>
        <Trans>Members</Trans>
      </h2>
      <ul className="member-list">
        {project.members.map((member) => (
          <li key={member.user_id}>
            <Avatar id={member.user_id} size="large" />
            <div className="member-name">
              <span>
                <Name id={member.user_id} />
                {member.user_id === me?.id && (
                  <span className="muted">
                    {" "}
                    <Trans>(you)</Trans>
                  </span>
                )}
              </span>
              <small>{roleHint(member.role)}</small>
            </div>
            <Picker
              label={t`Role`}
              disabled={!owner}
              align="end"
              options={ROLES.map((role) => ({ id: role, label: roleName(role) }))}
              selected={[member.role]}
              onPick={(role) =>
                void save(() => api.setMember(project.id, member.user_id, role as Role), t`Role changed`)
              }
            >
              {roleName(member.role)}
              {owner && <Icon name="chevron" size={12} />}
            </Picker>
            {(owner || member.user_id === me?.id) && (
              <button
                type="button"
                className="icon-button"
                aria-label={member.user_id === me?.id ? t`Leave the project` : t`Remove from the project`}
                title={member.user_id === me?.id ? t`Leave the project` : t`Remove from the project`}
                onClick={() => void remove(member)}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {owner && (
        <AddMember
          project={project}
          onAdd={(id) => save(() => api.setMember(project.id, id, "member"), t`Member added`)}
        />
      )}
    </section>
  );
}

function AddMember({ project, onAdd }: { project: Project; onAdd: (id: string) => void }) {
  const [query, setQuery] = useState("");
  const wanted = useSettled(query.trim());
  const found = useQuery({
    queryKey: ["directory", wanted],
    queryFn: () => api.findUsers(wanted),
    staleTime: 30_000,
    placeholderData: (before) => before,
  });
  const inside = new Set(project.members.map((member) => member.user_id));
  return (
    <Picker
      label={t`Add a member`}
      className="button"
      options={(found.data ?? [])
        .filter((user) => !inside.has(user.id))
        .map((user) => ({ id: user.id, label: user.name, icon: <Avatar id={user.id} /> }))}
      search={t`Search people by name`}
      onSearch={setQuery}
      onPick={onAdd}
    >
      <Icon name="plus" />
      <Trans>Add a member</Trans>
    </Picker>
  );
}

/** A status key: the name in lower case with underscores where it can be, else one that says nothing. */
export function statusKey(name: string, taken: string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 30) || "status";
  let key = base;
  for (let number = 2; taken.includes(key); number++) key = `${base}_${number}`;
  return key;
}

function Statuses({ project, owner }: { project: Project; owner: boolean }) {
  const save = useSave();
  const [statuses, setStatuses] = useState<Status[]>(project.statuses);
  const tasks = useProjectTasks(project.id).data ?? [];
  const changed = JSON.stringify(statuses) !== JSON.stringify(project.statuses);
  const put = (index: number, status: Status) => setStatuses(statuses.with(index, status));
  const swap = (index: number, other: number) => {
    const a = statuses[index];
    const b = statuses[other];
    if (a && b) setStatuses(statuses.with(index, b).with(other, a));
  };
  return (
    <section className="section">
      <h2>
        <Trans>Statuses</Trans>
      </h2>
      <p className="section-hint">
        <Trans>
          The columns of the board, from left to right. The category says whether work waits, is under way or is done.
        </Trans>
      </p>
      <ol className="status-list">
        {statuses.map((status, index) => {
          const used = tasks.filter((task) => task.status === status.key && !task.deleted).length;
          return (
            <li key={status.key}>
              <Picker
                label={t`Category: ${categoryName(status.category)}`}
                disabled={!owner}
                options={CATEGORIES.map((category) => ({
                  id: category,
                  label: categoryName(category),
                  icon: <StatusIcon category={category} />,
                }))}
                selected={[status.category]}
                onPick={(category) => put(index, { ...status, category: category as Category })}
              >
                <StatusIcon category={status.category} />
                <span className="category-name">{categoryName(status.category)}</span>
              </Picker>
              <input
                className="input"
                aria-label={t`Name of the status`}
                value={owner ? status.name : statusName(status)}
                maxLength={50}
                disabled={!owner}
                onChange={(event) => put(index, { ...status, name: event.target.value })}
              />
              {owner && (
                <span className="status-actions">
                  <button
                    type="button"
                    className="icon-button up"
                    disabled={index === 0}
                    aria-label={t`Move up`}
                    onClick={() => swap(index, index - 1)}
                  >
                    <Icon name="chevron" />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    disabled={index === statuses.length - 1}
                    aria-label={t`Move down`}
                    onClick={() => swap(index, index + 1)}
                  >
                    <Icon name="chevron" />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    disabled={used > 0 || statuses.length < 2}
                    aria-label={t`Remove`}
                    title={used > 0 ? t`${used} tasks have this status. Move them first.` : t`Remove`}
                    onClick={() => setStatuses(statuses.toSpliced(index, 1))}
                  >
                    <Icon name="close" />
                  </button>
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {owner && (
        <div className="section-actions">
          <button
            type="button"
            className="button"
            onClick={() => {
              const name = t`New status`;
              const key = statusKey(
                name,
                statuses.map((status) => status.key),
              );
              setStatuses([...statuses, { key, name, category: "active" }]);
            }}
          >
            <Icon name="plus" />
            <Trans>Add a status</Trans>
          </button>
          {changed && (
            <>
              <button type="button" className="button" onClick={() => setStatuses(project.statuses)}>
                <Trans>Cancel</Trans>
              </button>
              <button
                type="button"
                className="button primary"
                disabled={statuses.some((status) => !status.name.trim())}
                onClick={() => void save(() => api.editProject(project.id, { statuses }), t`Statuses saved`)}
              >
                <Trans>Save statuses</Trans>
              </button>
            </>
          )}
        </div>
      )}
    </section>
  );
}

function DeletedTasks({ project }: { project: Project }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const deleted = useDeletedTasks(project.id, open);
  return (
    <section className="section">
      <details className="group" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="section-summary">
          <h2>
            <Trans>Deleted tasks</Trans>
          </h2>
        </summary>
        {open && deleted.isPending && <Skeleton rows={2} />}
        {deleted.data?.length === 0 && (
          <p className="section-hint">
            <Trans>Nothing was deleted here.</Trans>
          </p>
        )}
        {deleted.data && deleted.data.length > 0 && (
          <ul className="rows">
            {deleted.data.map((task) => (
              <li key={task.id} className="row">
                <span className="key">{task.key}</span>
                <Link href={`/projects/${project.id}/tasks/${task.id}`} className="row-link">
                  {task.title}
                </Link>
                {project.role !== "viewer" && (
                  <button
                    type="button"
                    className="button small"
                    onClick={() => {
                      client.setQueryData<Task[]>(keys.deletedTasks(project.id), (list) =>
                        list?.filter((one) => one.id !== task.id),
                      );
                      void restoreTask(client, task);
                    }}
                  >
                    <Icon name="undo" />
                    <Trans>Restore</Trans>
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </details>
    </section>
  );
}

function Danger({ project }: { project: Project }) {
  const [asking, setAsking] = useState(false);
  const save = useSave();
  const [, go] = useLocation();
  async function remove(): Promise<void> {
    const undo = () => {
      void save(() => api.restoreProject(project.id), t`Project restored`);
    };
    if (await save(() => api.deleteProject(project.id), t`Project deleted`, undo)) go("/projects");
  }
  return (
    <section className="section">
      <h2>
        <Trans>Delete the project</Trans>
      </h2>
      <p className="section-hint">
        <Trans>
          Its members no longer see the project and its tasks. An owner can restore it from the list of projects.
        </Trans>
      </p>
      <button type="button" className="button danger" onClick={() => setAsking(true)}>
        <Icon name="trash" />
        <Trans>Delete project</Trans>
      </button>
      {asking && (
        <Dialog title={t`Delete ${project.name}?`} onClose={() => setAsking(false)}>
          <p>
            <Trans>The board and its tasks disappear for all members, until an owner restores them.</Trans>
          </p>
          <footer className="dialog-foot">
            <button type="button" className="button" onClick={() => setAsking(false)}>
              <Trans>Cancel</Trans>
            </button>
            <button type="button" className="button danger" onClick={() => void remove()}>
              <Trans>Delete project</Trans>
            </button>
          </footer>
        </Dialog>
      )}
    </section>
  );
}
