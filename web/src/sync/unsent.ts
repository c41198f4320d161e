/** What a project and the preferences are with a change that no service has confirmed yet. */

import type { Member, Preferences, Project } from "../http/types";
import type { Command, PreferenceCommand, ProjectCommand } from "./commands";
import { projectAfter } from "./edits";

const OF_PROJECTS: ReadonlySet<Command["kind"]> = new Set<ProjectCommand["kind"]>([
  "project",
  "member",
  "remove-member",
  "delete-project",
  "restore-project",
]);

export const ofProject = (command: Command): command is ProjectCommand => OF_PROJECTS.has(command.kind);
export const ofPreferences = (command: Command): command is PreferenceCommand =>
  command.kind === "tell" || command.kind === "mute";

export function projectWith(project: Project, command: ProjectCommand): Project {
  switch (command.kind) {
    case "project":
      return projectAfter(project, command.body);
    case "member":
      return { ...project, members: withMember(project.members, { user_id: command.userId, role: command.role }) };
    case "remove-member":
      return { ...project, members: project.members.filter((member) => member.user_id !== command.userId) };
    case "delete-project":
      return { ...project, deleted: true };
    case "restore-project":
      return { ...project, deleted: false };
  }
}

function withMember(members: Member[], member: Member): Member[] {
  const index = members.findIndex((one) => one.user_id === member.user_id);
  return index < 0 ? [...members, member] : members.with(index, member);
}

export function preferencesWith(preferences: Preferences, command: PreferenceCommand): Preferences {
  if (command.kind === "mute") {
    const others = preferences.muted_projects.filter((id) => id !== command.projectId);
    return { ...preferences, muted_projects: command.on ? [...others, command.projectId] : others };
  }
  const channels = { ...preferences.events[command.event], [command.channel]: command.on };
  return { ...preferences, events: { ...preferences.events, [command.event]: channels } };
}
