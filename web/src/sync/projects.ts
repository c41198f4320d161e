/** Changes of projects: what each sends, what it shows meanwhile, and the change that takes it back. */
import { t } from "@lingui/core/macro";
import type { QueryClient } from "@tanstack/react-query";
import * as api from "../http/endpoints";
import type { Member, Project, ProjectChanges, Role } from "../http/types";
import { keys, putProject } from "./cache";
import { type Change, change, type Outcome, tellDone } from "./change";
import type { ProjectCommand } from "./commands";
import { projectEdit } from "./edits";
import { projectWith } from "./unsent";

interface Both {
  command: ProjectCommand;
  /** What takes it back, on the screen and at the service. */
  inverse: ProjectCommand;
  told: string;
}

function changing(client: QueryClient, project: Project, { command, inverse, told }: Both): Change<ProjectCommand> {
  const show = (one: ProjectCommand) => {
    const now = client.getQueryData<Project>(keys.project(project.id)) ?? project;
    putProject(client, projectWith(now, one));
  };
  return {
    command,
    scope: `project-${project.id}`,
    about: project.key,
    told,
    show: () => show(command),
    rollback: () => show(inverse),
    back: () => changing(client, project, { command: inverse, inverse: command, told }),
  };
}

type Saved = Promise<Outcome<Project>>;

/** Changes fields of a project; `told` is what the toast says. */
export function editProject(client: QueryClient, project: Project, changes: ProjectChanges, told: string): Saved {
  return change(client, editing(client, project, changes, told));
}

export function editing(
  client: QueryClient,
  project: Project,
  changes: ProjectChanges,
  told: string,
): Change<ProjectCommand> {
  const projectId = project.id;
  const before = Object.fromEntries(Object.keys(changes).map((field) => [field, project[field as keyof Project]]));
  const command = { kind: "project", projectId, body: projectEdit(project, changes) } as const;
  const inverse = { kind: "project", projectId, body: projectEdit(changes, before) } as const;
  return changing(client, project, { command, inverse, told });
}

const joining = (project: Project, userId: string, role: Role) =>
  ({ kind: "member", projectId: project.id, userId, role }) as const;
const leaving = (project: Project, userId: string) =>
  ({ kind: "remove-member", projectId: project.id, userId }) as const;

export function addMember(client: QueryClient, project: Project, userId: string): Saved {
  const command = joining(project, userId, "member");
  const inverse = leaving(project, userId);
  return change(client, changing(client, project, { command, inverse, told: t`Member added` }));
}

/** `mine`: an owner's own role, which only another owner gives back. */
export function changeRole(client: QueryClient, project: Project, member: Member, role: Role, mine: boolean): Saved {
  const command = joining(project, member.user_id, role);
  const inverse = joining(project, member.user_id, member.role);
  const both = changing(client, project, { command, inverse, told: t`Role changed` });
  return change(client, mine ? final(both) : both);
}

/** `mine`: whoever leaves a project is let in again only by another. */
export function removeMember(client: QueryClient, project: Project, member: Member, mine: boolean): Saved {
  const command = leaving(project, member.user_id);
  const inverse = joining(project, member.user_id, member.role);
  const told = mine ? t`You left the project` : t`Member removed`;
  const both = changing(client, project, { command, inverse, told });
  return change(client, mine ? final(both) : both);
}

function final({ back: _, ...rest }: Change<ProjectCommand>): Change<ProjectCommand> {
  return rest;
}

function deleting(client: QueryClient, project: Project, deleted: boolean): Change<ProjectCommand> {
  const remove = { kind: "delete-project", projectId: project.id } as const;
  const restore = { kind: "restore-project", projectId: project.id } as const;
  return deleted
    ? changing(client, project, { command: remove, inverse: restore, told: t`Project deleted` })
    : changing(client, project, { command: restore, inverse: remove, told: t`Project restored` });
}

export const deleteProject = (client: QueryClient, project: Project): Saved =>
  change(client, deleting(client, project, true));
export const restoreProject = (client: QueryClient, project: Project): Saved =>
  change(client, deleting(client, project, false));

/** Not without a network: its address is needed to go there. */
export async function createProject(client: QueryClient, body: { name: string; key?: string }): Promise<Project> {
  const project = await api.createProject(body);
  putProject(client, project);
  tellDone(client, t`Project created`, deleting(client, project, true));
  return project;
}
