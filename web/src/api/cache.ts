/** What the site knows, kept in one TanStack cache: the keys, and how one changed document reaches every list. */
import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";
import type { Project, Task, User } from "./types";

export const keys = {
  me: ["me"] as const,
  config: ["config"] as const,
  projects: ["projects"] as const,
  project: (id: string) => ["project", id] as const,
  tasks: (projectId: string) => ["tasks", projectId] as const,
  task: (id: string) => ["task", id] as const,
  mine: ["mine"] as const,
  comments: (taskId: string) => ["comments", taskId] as const,
  history: (taskId: string) => ["history", taskId] as const,
  activity: (projectId: string) => ["activity", projectId] as const,
  inbox: ["inbox"] as const,
  unread: ["inbox", "unread-count"] as const,
  preferences: ["preferences"] as const,
  outbox: ["outbox"] as const,
  user: (id: string) => ["user", id] as const,
};

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The live stream keeps the cache fresh; a window that comes back asks again only after a while.
        staleTime: 60_000,
        retry: (count, error) =>
          count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
      },
      mutations: { retry: false },
    },
  });
}

/** Writes a task into every list that shows it, unless a newer state is there already. */
export function putTask(client: QueryClient, task: Task, force = false): void {
  const newer = (old: Task | undefined) => (!force && old && old.version > task.version ? old : task);
  client.setQueryData<Task>(keys.task(task.id), newer);
  client.setQueryData<Task[]>(keys.tasks(task.project_id), (list) => list && placed(list, task, newer, !task.deleted));
  const me = client.getQueryData<User>(keys.me);
  client.setQueryData<Task[]>(
    keys.mine,
    (list) => list && placed(list, task, newer, !task.deleted && me !== undefined && task.assignees.includes(me.id)),
  );
}

function placed(list: Task[], task: Task, newer: (old: Task | undefined) => Task, belongs: boolean): Task[] {
  const index = list.findIndex((one) => one.id === task.id);
  if (index < 0) return belongs ? [task, ...list] : list;
  const kept = newer(list[index]);
  if (kept !== task) return list;
  return belongs ? list.with(index, task) : list.toSpliced(index, 1);
}

export function putProject(client: QueryClient, project: Project): void {
  const merge = (old: Project | undefined): Project =>
    old && old.version > project.version ? old : { ...project, role: project.role ?? old?.role ?? null };
  client.setQueryData<Project>(keys.project(project.id), merge);
  client.setQueryData<Project[]>(keys.projects, (list) => {
    if (!list) return list;
    const index = list.findIndex((one) => one.id === project.id);
    if (project.deleted) return index < 0 ? list : list.toSpliced(index, 1);
    return index < 0 ? [...list, project] : list.with(index, merge(list[index]));
  });
}

/** The newest known state of a task, from whichever list has it. */
export function knownTask(client: QueryClient, id: string): Task | undefined {
  const single = client.getQueryData<Task>(keys.task(id));
  if (single) return single;
  for (const [, list] of client.getQueriesData<Task[]>({ queryKey: ["tasks"] })) {
    const found = list?.find((task) => task.id === id);
    if (found) return found;
  }
  return client.getQueryData<Task[]>(keys.mine)?.find((task) => task.id === id);
}
