import { expect, test } from "vitest";
import type { Project, Task } from "../../../http/types";
import { columnsOf } from "./columns";

const status = (key: string, name: string) => ({ key, name, category: "active" as const });
const project = {
  statuses: [status("waiting", "Waiting"), status("done", "Done")],
  former_statuses: [status("new_status", "QA review"), status("old", "Old")],
} as unknown as Project;

test("a status that went has a column of its own, under its name, while tasks are in it", () => {
  const tasks = [{ status: "new_status" }, { status: "done" }, { status: "unheard" }] as Task[];
  expect(columnsOf(project, tasks).map(({ name }) => name)).toEqual(["Waiting", "Done", "QA review", "unheard"]);
  expect(columnsOf(project, [])).toEqual(project.statuses);
});
