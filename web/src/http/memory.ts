/** Calls of what the log remembers: what became of things since a moment. */
import { call } from "./client";
import { all, PAGE } from "./endpoints";
import type { components } from "./schema";

export type CatchUp = components["schemas"]["CatchUpView"];
export type Caught = CatchUp["projects"][number];
export type CaughtItem = Caught["items"][number];
export type NetChange = components["schemas"]["NetChangeView"];

/** What became of all projects since the reader's marks. Looking moves none. */
export const catchUp = () => call("get", "/api/catch-up");
/** Says that a project has been seen up to a moment. */
export const markSeen = (projectId: string, at: string) =>
  call("put", "/api/catch-up", { body: { project_id: projectId, at } });

/** What became of a project's tasks since a moment, as far as they were touched. */
export const changesSince = (projectId: string, from: string): Promise<NetChange[]> =>
  all(
    (cursor) =>
      call("get", "/api/projects/{project_id}/changes", {
        path: { project_id: projectId },
        query: { from, cursor, limit: PAGE },
      }),
    Number.POSITIVE_INFINITY,
  );
/** The tasks that the reader had at a moment, as they were. */
export const myTasksAt = (projectId: string, at: string) =>
  all((cursor) =>
    call("get", "/api/projects/{project_id}/tasks", {
      path: { project_id: projectId },
      query: { at, assignee: ["me"], cursor, limit: PAGE },
    }),
  );
