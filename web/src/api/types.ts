/** The shapes that the services answer; times are RFC 3339 UTC, a due date is YYYY-MM-DD. */

export type Category = "waiting" | "active" | "done";
export type Role = "owner" | "member" | "viewer";
export type Priority = "none" | "low" | "medium" | "high" | "urgent";
export type Locale = "en" | "ko";

export interface Status {
  key: string;
  name: string;
  category: Category;
}

export interface Member {
  user_id: string;
  role: Role;
}

export interface Project {
  id: string;
  key: string;
  name: string;
  statuses: Status[];
  members: Member[];
  role: Role | null;
  created_by: string | null;
  created_at: string;
  updated_at: string;
  deleted: boolean;
  version: number;
}

export interface Task {
  id: string;
  project_id: string;
  key: string;
  title: string;
  description: string;
  status: string;
  priority: Priority;
  due: string | null;
  labels: string[];
  assignees: string[];
  created_by: string | null;
  created_at: string;
  updated_at: string;
  deleted: boolean;
  version: number;
}

/** The fields that PATCH /tasks/{id} takes. */
export type TaskChanges = Partial<Pick<Task, "title" | "description" | "status" | "priority" | "due" | "labels">>;

export interface Comment {
  id: string;
  /** Null on an imported comment, which then has `author_name`. */
  author: string | null;
  author_name: string | null;
  body: string;
  mentions: string[];
  created_at: string;
  edited_at: string | null;
  deleted: boolean;
}

export interface Change {
  field: string;
  old: unknown;
  new: unknown;
}

export interface HistoryEntry {
  id: string;
  version: number;
  type: string;
  actor: string | null;
  time: string;
  changes: Change[];
  comment_id?: string | null;
}

export interface ActivityEntry extends HistoryEntry {
  project_id: string;
  task_id: string | null;
  task_key: string | null;
  title: string | null;
}

export interface User {
  id: string;
  name: string;
  email?: string | null;
  locale?: string | null;
}

export type Told = "created" | "assigned" | "status" | "edited" | "commented" | "deleted" | "restored";

export interface Notification {
  id: string;
  task_id: string;
  project_id: string;
  task_key: string;
  title: string;
  type: Told;
  actor: string | null;
  actor_name: string | null;
  changes: Change[];
  excerpt: string | null;
  created_at: string;
  read: boolean;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Inbox extends Page<Notification> {
  unread: number;
}

export interface Preferences {
  events: Record<Told, { inbox: boolean; mail: boolean }>;
  muted_projects: string[];
}

export interface Mail {
  id: string;
  to: string;
  subject: string;
  date: string;
  text: string;
  html: string;
}

export interface Config {
  mode: string;
  outbox: boolean;
  registration: string;
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
