/** Every call that the site makes, by what it is for. */
import type { Place } from "../lib/order";
import { call } from "./client";
import type { Config, Preferences, Project, ProjectEdit, Role, Task, TaskChanges, TaskEdit, User } from "./types";

export const PAGE = 200;

/** So many tasks of a project a tab loads; beyond them it searches. */
export const MOST_TASKS = 2000;

interface PageOf<T> {
  items: T[];
  next_cursor: string | null;
}

/** Follows the cursor to the end, or until `most` items are there; `onFirst` has the first page where others follow. */
export async function all<T>(
  page: (cursor: string | undefined) => Promise<PageOf<T>>,
  most = MOST_TASKS,
  onFirst?: (items: T[]) => void,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    if (!cursor && next.next_cursor) onFirst?.(next.items);
    items.push(...next.items);
    cursor = next.next_cursor ?? undefined;
  } while (cursor && items.length < most);
  return items;
}

/** What this installation offers; it is no service's, so no document describes it. */
export async function config(): Promise<Config> {
  const response = await fetch("/api/config");
  return response.ok ? ((await response.json()) as Config) : { mode: "unknown", outbox: false, registration: "open" };
}

/** Names of the erased are null in the directory and empty here. */
export const named = (user: { id: string; name: string | null }): User => ({ ...user, name: user.name ?? "" });

export const me = () => call("get", "/api/auth/me").then(named);
export const login = (body: { email: string; password: string; totp?: string }) =>
  call("post", "/api/auth/login", { body: { ...body, session: "cookie" } }).then(({ user }) => named(user));
export interface NewAccount {
  email: string;
  password: string;
  name: string;
  locale: "en" | "ko";
  invitation?: string;
}
/** Null where the address has to be verified before anybody is signed in. */
export const register = (body: NewAccount): Promise<User | null> =>
  call("post", "/api/auth/register", { body: { ...body, session: "cookie" } }).then(({ user }) =>
    user ? named(user) : null,
  );
export const logout = () => call("post", "/api/auth/logout");
export const editMe = (body: { name?: string; locale?: "en" | "ko" }) =>
  call("patch", "/api/auth/me", { body }).then(named);
export const findUsers = (q: string) =>
  call("get", "/api/users", { query: { q, limit: 8 } }).then(({ items }) => items.map(named));
export const usersById = (ids: string[]) =>
  call("get", "/api/users", { query: { ids, limit: PAGE } }).then(({ items }) => items.map(named));

export const projects = () => all((cursor) => call("get", "/api/projects", { query: { cursor, limit: PAGE } }));
export const deletedProjects = () =>
  call("get", "/api/projects", { query: { deleted: true, limit: PAGE } }).then(({ items }) => items);
export const project = (id: string) => call("get", "/api/projects/{project_id}", { path: { project_id: id } });
export const createProject = (body: { name: string; key?: string }) => call("post", "/api/projects", { body });
export const editProject = (id: string, body: ProjectEdit, key: string): Promise<Project> =>
  call("patch", "/api/projects/{project_id}", { path: { project_id: id }, body, key });
export const deleteProject = (id: string, key: string) =>
  call("delete", "/api/projects/{project_id}", { path: { project_id: id }, key });
export const restoreProject = (id: string, key: string) =>
  call("post", "/api/projects/{project_id}/restore", { path: { project_id: id }, key });
export const setMember = (id: string, userId: string, role: Role, key: string) =>
  call("put", "/api/projects/{project_id}/members/{user_id}", {
    path: { project_id: id, user_id: userId },
    body: { role },
    key,
  });
export const removeMember = (id: string, userId: string, key: string) =>
  call("delete", "/api/projects/{project_id}/members/{user_id}", { path: { project_id: id, user_id: userId }, key });
export const activity = (id: string, cursor?: string) =>
  call("get", "/api/projects/{project_id}/activity", { path: { project_id: id }, query: { cursor, limit: 50 } });

/** The newest tasks of a project; creation order keeps the cursor stable while others write. */
export const projectTasks = (id: string, onFirst?: (items: Task[]) => void) =>
  all(
    (cursor) =>
      call("get", "/api/projects/{project_id}/tasks", {
        path: { project_id: id },
        query: { sort: "-created_at", cursor, limit: PAGE },
      }),
    MOST_TASKS,
    onFirst,
  );
export const searchTasks = (id: string, q: string) =>
  call("get", "/api/projects/{project_id}/tasks", { path: { project_id: id }, query: { q, limit: PAGE } }).then(
    ({ items }) => items,
  );
/** All tasks of a project that have a label, however many. */
export const labelledTasks = (id: string, label: string) =>
  all(
    (cursor) =>
      call("get", "/api/projects/{project_id}/tasks", {
        path: { project_id: id },
        // A comma stands between two labels there.
        query: { ...(label.includes(",") ? {} : { label: [label] }), sort: "-created_at", cursor, limit: PAGE },
      }),
    Number.POSITIVE_INFINITY,
  ).then((tasks) => tasks.filter(({ labels }) => labels.includes(label)));
export const deletedTasks = (id: string) =>
  call("get", "/api/projects/{project_id}/tasks", {
    path: { project_id: id },
    query: { deleted: true, sort: "-updated_at", limit: PAGE },
  }).then(({ items }) => items);
export const myTasks = () =>
  all((cursor) => call("get", "/api/tasks", { query: { assignee: ["me"], cursor, limit: PAGE } }), 1000);
export const task = (id: string) => call("get", "/api/tasks/{task_id}", { path: { task_id: id } });
export const createTask = (
  projectId: string,
  body: TaskChanges & { title: string; assignees?: string[] },
  key?: string,
): Promise<Task> => call("post", "/api/projects/{project_id}/tasks", { path: { project_id: projectId }, body, key });
/** The fields of a task, and where in its column it goes. */
export type TaskPatch = TaskEdit & Partial<Place>;
export const editTask = (
  id: string,
  body: TaskPatch,
  options: { key?: string; version?: number } = {},
): Promise<Task> => call("patch", "/api/tasks/{task_id}", { path: { task_id: id }, body, ...options });
export const deleteTask = (id: string, key?: string) =>
  call("delete", "/api/tasks/{task_id}", { path: { task_id: id }, key });
export const restoreTask = (id: string, key?: string) =>
  call("post", "/api/tasks/{task_id}/restore", { path: { task_id: id }, key });
export const undo = (id: string, versions: number[], force: string[], key: string): Promise<Task> =>
  call("post", "/api/tasks/{task_id}/undo", { path: { task_id: id }, body: { versions, force }, key });
export const assign = (id: string, userId: string, key?: string) =>
  call("put", "/api/tasks/{task_id}/assignees/{user_id}", { path: { task_id: id, user_id: userId }, key });
export const unassign = (id: string, userId: string, key?: string) =>
  call("delete", "/api/tasks/{task_id}/assignees/{user_id}", { path: { task_id: id, user_id: userId }, key });
export const comments = (id: string) =>
  all((cursor) =>
    call("get", "/api/tasks/{task_id}/comments", { path: { task_id: id }, query: { cursor, limit: PAGE } }),
  );
export const addComment = (id: string, body: string, mentions: string[], key: string) =>
  call("post", "/api/tasks/{task_id}/comments", { path: { task_id: id }, body: { body, mentions }, key });
export const editComment = (id: string, commentId: string, body: string, key: string) =>
  call("patch", "/api/tasks/{task_id}/comments/{comment_id}", {
    path: { task_id: id, comment_id: commentId },
    body: { body },
    key,
  });
export const deleteComment = (id: string, commentId: string, key: string) =>
  call("delete", "/api/tasks/{task_id}/comments/{comment_id}", {
    path: { task_id: id, comment_id: commentId },
    key,
  });
export const history = (id: string) =>
  all((cursor) =>
    call("get", "/api/tasks/{task_id}/history", { path: { task_id: id }, query: { cursor, limit: PAGE } }),
  );

export const inbox = (unread: boolean, cursor?: string) =>
  call("get", "/api/notifications", { query: { unread, cursor, limit: 50 } });
export const markRead = (id: string, key: string) =>
  call("post", "/api/notifications/{notification_id}/read", { path: { notification_id: id }, key });
export const markAllRead = (key: string) => call("post", "/api/notifications/read-all", { key });
/** The body may leave out what keeps its default, the answer has everything. */
export const preferences = () => call("get", "/api/notifications/preferences").then((body) => body as Preferences);
export const setPreferences = (body: Preferences, key: string) =>
  call("put", "/api/notifications/preferences", { body, key }).then((answer) => answer as Preferences);
export const outbox = (cursor?: string) => call("get", "/api/outbox", { query: { cursor, limit: 50 } });
