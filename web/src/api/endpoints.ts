/** Every call that the site makes, by its name in the HTTP contract. */
import { call } from "./client";
import type {
  ActivityEntry,
  Comment,
  Config,
  HistoryEntry,
  Inbox,
  Mail,
  Member,
  Page,
  Preferences,
  Project,
  Role,
  Status,
  Task,
  TaskChanges,
  User,
} from "./types";

const PAGE = 200;

/** Follows the cursor to the end, or until `most` items are there. */
async function all<T>(path: string, query: Record<string, string | string[]> = {}, most = 2000): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<T> = await call("GET", path, { query: { ...query, limit: PAGE, cursor: cursor ?? undefined } });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items;
}

export const config = () => call<Config>("GET", "/config");

export const me = () => call<{ user: User } | User>("GET", "/auth/me").then(userOf);
export const login = (body: { email: string; password: string }) =>
  call<{ user: User }>("POST", "/auth/login", { body: { ...body, session: "cookie" } }).then(userOf);
export const register = (body: { email: string; password: string; name: string; locale: string }) =>
  call<{ user: User }>("POST", "/auth/register", { body: { ...body, session: "cookie" } }).then(userOf);
export const logout = () => call<void>("POST", "/auth/logout");
export const editMe = (body: { name?: string; locale?: string }) =>
  call<{ user: User } | User>("PATCH", "/auth/me", { body }).then(userOf);
export const changePassword = (body: { old_password: string; new_password: string }) =>
  call<void>("POST", "/auth/password", { body });

function userOf(answer: { user: User } | User): User {
  return "user" in answer ? answer.user : answer;
}

export const findUsers = (q: string) =>
  call<Page<User>>("GET", "/users", { query: { q, limit: 8 } }).then((page) => page.items);
export const usersById = (ids: string[]) =>
  call<Page<User>>("GET", "/users", { query: { ids: ids.join(","), limit: PAGE } }).then((page) => page.items);

export const projects = () => all<Project>("/projects");
export const project = (id: string) => call<Project>("GET", `/projects/${id}`);
export const createProject = (body: { name: string; key?: string }) => call<Project>("POST", "/projects", { body });
export const editProject = (id: string, body: { name?: string; statuses?: Status[] }) =>
  call<Project>("PATCH", `/projects/${id}`, { body });
export const deleteProject = (id: string) => call<Project>("DELETE", `/projects/${id}`);
export const restoreProject = (id: string) => call<Project>("POST", `/projects/${id}/restore`);
export const setMember = (id: string, { user_id, role }: Member) =>
  call<Project>("PUT", `/projects/${id}/members/${user_id}`, { body: { role } satisfies { role: Role } });
export const removeMember = (id: string, userId: string) =>
  call<Project>("DELETE", `/projects/${id}/members/${userId}`);
export const activity = (id: string, cursor?: string) =>
  call<Page<ActivityEntry>>("GET", `/projects/${id}/activity`, { query: { cursor, limit: 50 } });

/** The newest tasks of a project; creation order keeps the cursor stable while others write. */
export const projectTasks = (id: string) => all<Task>(`/projects/${id}/tasks`, { sort: "-created_at" });
export const searchTasks = (id: string, q: string) =>
  call<Page<Task>>("GET", `/projects/${id}/tasks`, { query: { q, limit: 50 } }).then((page) => page.items);
export const myTasks = () => all<Task>("/tasks", { assignee: "me" }, 1000);
export const task = (id: string, minVersion?: number) =>
  call<Task>("GET", `/tasks/${id}`, { query: { min_version: minVersion } });
export const createTask = (
  projectId: string,
  body: TaskChanges & { title: string; assignees?: string[] },
  key?: string,
) => call<Task>("POST", `/projects/${projectId}/tasks`, { body, key });
export const editTask = (id: string, body: TaskChanges, options: { key?: string; version?: number | undefined } = {}) =>
  call<Task>("PATCH", `/tasks/${id}`, { body, ...options });
export const deleteTask = (id: string, key?: string) => call<Task>("DELETE", `/tasks/${id}`, { key });
export const restoreTask = (id: string, key?: string) => call<Task>("POST", `/tasks/${id}/restore`, { key });
export const assign = (id: string, userId: string, key?: string) =>
  call<Task>("PUT", `/tasks/${id}/assignees/${userId}`, { key });
export const unassign = (id: string, userId: string, key?: string) =>
  call<Task>("DELETE", `/tasks/${id}/assignees/${userId}`, { key });
export const comments = (id: string) => all<Comment>(`/tasks/${id}/comments`);
export const addComment = (id: string, body: string, key: string) =>
  call<Comment>("POST", `/tasks/${id}/comments`, { body: { body }, key });
export const editComment = (id: string, commentId: string, body: string) =>
  call<Comment>("PATCH", `/tasks/${id}/comments/${commentId}`, { body: { body } });
export const deleteComment = (id: string, commentId: string) =>
  call<Comment>("DELETE", `/tasks/${id}/comments/${commentId}`);
export const history = (id: string) => all<HistoryEntry>(`/tasks/${id}/history`);

export const inbox = (unread: boolean, cursor?: string) =>
  call<Inbox>("GET", "/notifications", { query: { unread: unread || undefined, cursor, limit: 50 } });
export const markRead = (id: string) => call<void>("POST", `/notifications/${id}/read`);
export const markAllRead = () => call<void>("POST", "/notifications/read-all");
export const preferences = () => call<Preferences>("GET", "/notifications/preferences");
export const setPreferences = (body: Preferences) => call<Preferences>("PUT", "/notifications/preferences", { body });
export const outbox = (cursor?: string) => call<Page<Mail>>("GET", "/outbox", { query: { cursor, limit: 50 } });
