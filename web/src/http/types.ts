/**
 * The names that the site gives to the services' shapes. They are generated (`npm run types`) from the services' OpenAPI
 * document; what no document describes is written here. Times are RFC 3339 UTC, a due date is YYYY-MM-DD.
 */
import type { Difference, Elements } from "../lib/elements";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Project = Schemas["ProjectView"];
export type Status = Schemas["StatusView"];
export type ProjectLabel = Schemas["LabelView"];
export type Member = Schemas["MemberView"];
export type Task = Schemas["TaskView"];
export type Comment = Schemas["CommentView"];
export type Change = Schemas["ChangeView"];
export type HistoryEntry = Schemas["EventView"];
export type ActivityEntry = Schemas["ActivityView"];
export type Notification = Schemas["NotificationView"];
export type Inbox = Schemas["InboxView"];
export type Mail = Schemas["MailView"];
export type Person = Schemas["PersonOut"];
export type PersonState = "active" | "deactivated" | "admin";
export type LogEntry = Schemas["EntryOut"];
export type Session = Schemas["SessionInfo"];
export type Invitation = Schemas["InvitationView"];
export type NewInvitation = Pick<Schemas["NewInvitation"], "role"> & { email?: string; max_uses?: number };
export type Scope = Schemas["TokenInfo"]["scopes"][number];
export type User = Omit<Schemas["UserOut"], "name"> & { name: string };

/** The fields of a task that somebody fills in. */
export type TaskField = Exclude<keyof Schemas["TaskPatch"], "after" | "before">;

export type Category = Status["category"];
export type Color = NonNullable<Status["color"]>;
export type Role = Member["role"];
export type Priority = Task["priority"];
export type Told = Notification["type"];
export type Locale = "en" | "ko";

/** The fields that PATCH /tasks/{id} takes, but for the assignees, who come and go one by one. */
export type TaskChanges = Partial<Pick<Task, Exclude<TaskField, "assignees">>>;

/** The fields that PATCH /projects/{id} takes. */
export type ProjectChanges = Partial<Pick<Project, "name" | "statuses" | "labels">>;

/** The same as they are sent: of a list, only what becomes of its elements. */
export type TaskEdit = Omit<TaskChanges, "labels"> & { labels?: string[] | Difference };
export type ProjectEdit = Omit<ProjectChanges, "statuses" | "labels"> & {
  statuses?: Status[] | Elements<Status>;
  labels?: ProjectLabel[] | Elements<ProjectLabel>;
};

export interface Preferences {
  events: Record<Told, { inbox: boolean; mail: boolean }>;
  muted_projects: string[];
}

/** What this installation offers. */
export interface Config {
  mode: string;
  outbox: boolean;
  registration: "open" | "closed";
}

/** What `change` carries on the live stream. */
export interface LiveChange {
  type: string;
  project_id: string;
  task_id: string | null;
  version: number;
  actor: string | null;
  time: string;
  task: Task | null;
  project: Project | null;
}
