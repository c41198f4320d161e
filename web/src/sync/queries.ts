/** Reading: one hook per thing that pages show. */
import { type QueryClient, queryOptions, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import * as api from "../http/endpoints";
import type { Project, Status, Task, User } from "../http/types";
import { freshest, keys, knownTask, shownProject } from "./cache";
import { withUnsent, withUnsentPreferences } from "./pending";
import { isLeaving, rememberLeaving } from "./prefs";

/** Who is signed in; asked for only where `enabled`. */
export const useMe = (enabled = true) => useQuery({ ...meQuery, enabled });
/** Who signed out without a network is out first. */
async function whoAmI(): Promise<User> {
  if (isLeaving()) {
    await api.logout();
    rememberLeaving(false);
  }
  return api.me();
}

const meQuery = queryOptions({ queryKey: keys.me, queryFn: whoAmI, staleTime: Number.POSITIVE_INFINITY });
export const useConfig = () =>
  useQuery({ queryKey: keys.config, queryFn: api.config, staleTime: Number.POSITIVE_INFINITY, retry: false });
export const useProjects = () =>
  useQuery({
    queryKey: keys.projects,
    queryFn: async ({ client }) => {
      const list = (await api.projects()).map((project) => shownProject(client, project));
      const known = client.getQueryData<Project[]>(keys.projects) ?? [];
      const newest = freshest(list, known, (id) => client.getQueryData<Project>(keys.project(id)));
      return newest.filter((project) => project.role !== null);
    },
  });

const projectQuery = (id: string) =>
  queryOptions({
    queryKey: keys.project(id),
    queryFn: async ({ client }) => shownProject(client, await api.project(id)),
  });

export function useProject(id: string) {
  const client = useQueryClient();
  return useQuery({
    ...projectQuery(id),
    enabled: id !== "",
    placeholderData: () => client.getQueryData<Project[]>(keys.projects)?.find((project) => project.id === id),
  });
}

const projectTasksQuery = (id: string) =>
  queryOptions({
    queryKey: keys.tasks(id),
    queryFn: ({ client }) => {
      const key = keys.tasks(id);
      // Of a large project the first page is shown while the others are on their way.
      const first = client.getQueryData(key)
        ? undefined
        : (list: Task[]) => client.setQueryData(key, list.map(withUnsent));
      return tasks(client, key, api.projectTasks(id, first));
    },
  });
export const useProjectTasks = (id: string) => useQuery(projectTasksQuery(id));
export const useMyTasks = () =>
  useQuery({ queryKey: keys.mine, queryFn: ({ client }) => tasks(client, keys.mine, api.myTasks()) });

async function tasks(client: QueryClient, key: readonly string[], answer: Promise<Task[]>): Promise<Task[]> {
  const list = await answer;
  const known = client.getQueryData<Task[]>(key) ?? [];
  return freshest(list.map(withUnsent), known, (id) => client.getQueryData<Task>(keys.task(id)));
}

/** What a project's search finds beyond the tasks that this tab has loaded; asked for only where there are more. */
export const useFoundTasks = (id: string, q: string, enabled: boolean) =>
  useQuery({
    queryKey: keys.found(id, q),
    queryFn: () => api.searchTasks(id, q),
    enabled: enabled && q.trim().length > 1,
    placeholderData: (before) => before,
  });
export const useDeletedTasks = (id: string, enabled: boolean) =>
  useQuery({ queryKey: keys.deletedTasks(id), queryFn: () => api.deletedTasks(id), enabled, staleTime: 0 });
export const useDeletedProjects = (enabled: boolean) =>
  useQuery({
    queryKey: keys.deletedProjects,
    queryFn: async ({ client }) =>
      (await api.deletedProjects()).map((one) => shownProject(client, one)).filter((one) => one.deleted),
    enabled,
    staleTime: 0,
  });

export function useTask(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.task(id),
    queryFn: () => api.task(id).then(withUnsent),
    placeholderData: () => knownTask(client, id),
  });
}

export const useComments = (taskId: string) =>
  useQuery({ queryKey: keys.comments(taskId), queryFn: () => api.comments(taskId) });
export const useHistory = (taskId: string, enabled: boolean) =>
  useQuery({ queryKey: keys.history(taskId), queryFn: () => api.history(taskId), enabled });
export const useActivity = (projectId: string) =>
  useInfiniteQuery({
    queryKey: keys.activity(projectId),
    queryFn: ({ pageParam }) => api.activity(projectId, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const useInbox = (unread: boolean) =>
  useInfiniteQuery({
    queryKey: [...keys.inbox, { unread }],
    queryFn: ({ pageParam }) => api.inbox(unread, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
export const useUnread = () =>
  useQuery({ queryKey: keys.unread, queryFn: () => api.inbox(true).then((page) => page.unread) });
export const usePreferences = () =>
  useQuery({ queryKey: keys.preferences, queryFn: () => api.preferences().then(withUnsentPreferences) });
export const useOutbox = () =>
  useInfiniteQuery({
    queryKey: keys.outbox,
    queryFn: ({ pageParam }) => api.outbox(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 5_000,
  });

/** Asks for what a project's page will show, while the page itself is still on its way. */
export function prefetchProject(client: QueryClient, id: string): void {
  void client.prefetchQuery(meQuery);
  void client.prefetchQuery(projectQuery(id));
  void client.prefetchQuery(projectTasksQuery(id));
}

type Waiting = { id: string; resolve: (user: User) => void; reject: (cause: unknown) => void };
let waiting: Waiting[] = [];

/** Collects the ids that one render asks for into one call of the directory. */
function loadUser(id: string): Promise<User> {
  return new Promise((resolve, reject) => {
    if (waiting.push({ id, resolve, reject }) === 1) {
      setTimeout(() => {
        const batch = waiting;
        waiting = [];
        for (let start = 0; start < batch.length; start += 100) settle(batch.slice(start, start + 100));
      });
    }
  });
}

async function settle(batch: Waiting[]): Promise<void> {
  try {
    const found = new Map(
      (await api.usersById([...new Set(batch.map((one) => one.id))])).map((user) => [user.id, user]),
    );
    // Who was erased has no name any more, and whom one does not work with is left out: both are shown as former members.
    for (const { id, resolve } of batch) resolve(found.get(id) ?? { id, name: "" });
  } catch (cause) {
    for (const { reject } of batch) reject(cause);
  }
}

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: keys.user(id),
    queryFn: () => loadUser(id),
    staleTime: ({ state }) => (state.data?.name ? 10 * 60_000 : 0),
    enabled: id !== "",
  });
export const useUser = (id: string): User | undefined => useQuery(userQuery(id)).data;

/** The status that a key names; one that the project no longer has, as it was last. */
export function statusOf(project: Project | undefined, key: string): Status {
  const known = [...(project?.statuses ?? []), ...(project?.former_statuses ?? [])];
  return known.find((status) => status.key === key) ?? { key, name: key, category: "waiting" };
}
