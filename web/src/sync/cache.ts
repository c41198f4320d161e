/** What the site knows, kept in one TanStack cache: the keys, and how one changed document reaches every list. */
import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../http/client";
import type { Project, Task, User } from "../http/types";
import { withUnsent, withUnsentProject } from "./pending";

export const keys = {
  me: ["me"] as const,
  config: ["config"] as const,
  sessions: ["sessions"] as const,
  tokens: ["tokens"] as const,
  factor: ["second-factor"] as const,
  passkeys: ["passkeys"] as const,
  accountLog: ["account-log"] as const,
  people: (q: string, state: string) => ["people", q, state] as const,
  allPeople: ["people"] as const,
  audit: (user: string) => ["audit", user] as const,
  invitation: (token: string) => ["invitation", token] as const,
  invitations: (projectId: string) => ["invitations", projectId] as const,
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
  catchUp: ["catch-up"] as const,
  handover: (since: string) => ["handover", since] as const,
  users: ["user"] as const,
  user: (id: string) => ["user", id] as const,
  deletedTasks: (projectId: string) => ["deleted", projectId] as const,
  deletedProjects: ["deleted"] as const,
  found: (projectId: string, q: string) => ["found", projectId, q] as const,
};

/** When this page began to ask for anything, in milliseconds since 1970. */
export const BEGAN = Date.now();

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
  putTasks(client, [task], force);
}

/** The same for many at once: each list is written once. */
export function putTasks(client: QueryClient, tasks: readonly Task[], force = false): void {
  const newest = new Map<string, Task>();
  for (const task of tasks) {
    heardAt.set(task.id, Date.now());
    if ((newest.get(task.id)?.version ?? -1) <= task.version) newest.set(task.id, withUnsent(task));
  }
  const newer = (old: Task | undefined, task: Task) => (!force && old && old.version > task.version ? old : task);
  for (const task of newest.values()) client.setQueryData<Task>(keys.task(task.id), (old) => newer(old, task));
  for (const projectId of new Set(tasks.map((task) => task.project_id))) {
    const own = new Map([...newest].filter(([, task]) => task.project_id === projectId));
    client.setQueryData<Task[]>(keys.tasks(projectId), (list) => list && merged(list, own, newer, present));
  }
  const me = client.getQueryData<User>(keys.me)?.id ?? "";
  const mine = (task: Task) => present(task) && task.assignees.includes(me);
  client.setQueryData<Task[]>(keys.mine, (list) => list && merged(list, newest, newer, mine));
}

const present = (task: Task): boolean => !task.deleted;

function merged(
  list: Task[],
  tasks: ReadonlyMap<string, Task>,
  newer: (old: Task, task: Task) => Task,
  belongs: (task: Task) => boolean,
): Task[] {
  const unlisted = new Map(tasks);
  let changed = false;
  const kept = list.flatMap((old) => {
    const task = tasks.get(old.id);
    if (!task) return [old];
    unlisted.delete(old.id);
    if (newer(old, task) !== task) return [old];
    changed = true;
    return belongs(task) ? [task] : [];
  });
  const added = [...unlisted.values()].filter(belongs);
  return changed || added.length > 0 ? [...added, ...kept] : list;
}

/** Shows new fields of tasks before the service has confirmed them. */
export function showTasks(client: QueryClient, fields: ReadonlyMap<string, Partial<Task>>): void {
  if (fields.size === 0) return;
  const merge = (task: Task): Task => {
    const shown = fields.get(task.id);
    return shown ? withUnsent({ ...task, ...shown }) : task;
  };
  for (const id of fields.keys()) client.setQueryData<Task>(keys.task(id), (task) => task && merge(task));
  client.setQueriesData<Task[]>({ queryKey: [keys.tasks("")[0]] }, (list) => list?.map(merge));
  client.setQueryData<Task[]>(keys.mine, (list) => list?.map(merge));
}

/** A project as it is shown: with what is not confirmed yet, and the role of whoever looks; null if they are no member. */
export function shownProject(client: QueryClient, answered: Project): Project {
  const project = withUnsentProject(answered);
  const me = client.getQueryData<User>(keys.me)?.id;
  return { ...project, role: project.members.find((member) => member.user_id === me)?.role ?? null };
}

export function putProject(client: QueryClient, answered: Project): void {
  heardAt.set(answered.id, Date.now());
  // The live stream does not have them.
  const former =
    answered.former_statuses ?? client.getQueryData<Project>(keys.project(answered.id))?.former_statuses ?? [];
  const project = shownProject(client, { ...answered, former_statuses: former });
  const newer = (old: Project | undefined) => (old && old.version > project.version ? old : project);
  client.setQueryData<Project>(keys.project(project.id), newer);
  client.setQueryData<Project[]>(keys.projects, (list) => {
    if (!list) return list;
    const index = list.findIndex((one) => one.id === project.id);
    if (project.deleted || project.role === null) return index < 0 ? list : list.toSpliced(index, 1);
    return index < 0 ? [...list, project] : list.with(index, newer(list[index]));
  });
  listDeleted(client, keys.deletedProjects, project);
}

/** Puts it into the list of what is deleted, or takes it out. */
export function listDeleted<T extends Versioned>(client: QueryClient, key: readonly string[], one: T): void {
  const others = (list: T[]) => list.filter(({ id }) => id !== one.id);
  client.setQueryData<T[]>(key, (list) => list && (one.deleted ? [one, ...others(list)] : others(list)));
}

interface Versioned {
  id: string;
  version: number;
  deleted: boolean;
}

const LAG_MILLISECONDS = 5000;
const heardAt = new Map<string, number>();

/** Whether news of it came so recently that a list may not have it yet. By this tab's clock alone. */
export const justHeard = (id: string): boolean => Date.now() - (heardAt.get(id) ?? 0) < LAG_MILLISECONDS;

/**
 * A list as the service answered it, but nowhere older than what this tab knows: lists follow the log by some
 * milliseconds, while answers to changes and the live stream are there at once.
 */
export function freshest<T extends Versioned>(
  list: T[],
  known: T[],
  single: (id: string) => T | undefined,
  recent: (id: string) => boolean = justHeard,
): T[] {
  const byId = new Map(known.map((one) => [one.id, one]));
  const newest = (one: T): T => {
    const others = [byId.get(one.id), single(one.id)];
    return others.reduce<T>((best, other) => (other && other.version > best.version ? other : best), one);
  };
  const answered = new Set(list.map((one) => one.id));
  const notYetListed = known.filter((one) => !answered.has(one.id) && recent(one.id));
  return [...notYetListed, ...list.map(newest)].filter((one) => !one.deleted);
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
