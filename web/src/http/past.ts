/** What the service says of a moment: a project, its tasks and comments as they were, and what changed between two. */
import { call } from "./client";
import { all, PAGE } from "./endpoints";

/** `at` is an instant as RFC 3339 has it. */
export const projectAt = (id: string, at: string) =>
  call("get", "/api/projects/{project_id}", { path: { project_id: id }, query: { at } });

export const tasksAt = (id: string, at: string) =>
  all((cursor) =>
    call("get", "/api/projects/{project_id}/tasks", {
      path: { project_id: id },
      query: { at, sort: "-created_at", cursor, limit: PAGE },
    }),
  );

export const taskAt = (id: string, at: string) =>
  call("get", "/api/tasks/{task_id}", { path: { task_id: id }, query: { at } });

export const commentsAt = (id: string, at: string) =>
  all((cursor) =>
    call("get", "/api/tasks/{task_id}/comments", { path: { task_id: id }, query: { at, cursor, limit: PAGE } }),
  );

export const changesBetween = (id: string, from: string, to: string) =>
  all((cursor) =>
    call("get", "/api/projects/{project_id}/changes", {
      path: { project_id: id },
      query: { from, to, cursor, limit: PAGE },
    }),
  );
