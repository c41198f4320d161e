/** Changes of labels: in what the project has laid down, and in the tasks that have them. */
import { plural, t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { changeMany, edit } from "../../../api/bulk";
import { keys } from "../../../api/cache";
import * as api from "../../../api/endpoints";
import { editProject } from "../../../api/projects";
import type { Project, ProjectLabel, Task } from "../../../api/types";
import { relabelled, withLabel, withoutLabel, withRenamed } from "../../../lib/labels";

export interface Labels {
  /** Lays a label down, or gives it another colour. */
  put: (label: ProjectLabel, done: string) => void;
  /** Gives a label another name here and in every task; where that is taken, the two become one. */
  rename: (from: string, to: string) => Promise<void>;
  /** Takes a label away, here and from every task. */
  remove: (name: string) => Promise<void>;
}

export function useLabels(project: Project): Labels {
  const client = useQueryClient();
  const keep = async (labels: ProjectLabel[], done: string) =>
    (await editProject(client, project, { labels }, done)).state !== "refused";

  async function everywhere(name: string, labels: ProjectLabel[], to: string | null, done: string): Promise<void> {
    const tasks = await tasksWith(name);
    if (!(await keep(labels, done)) || tasks.length === 0) return;
    const steps = tasks.map((task) => edit(task, { labels: relabelled(task.labels, name, to) }));
    await changeMany(client, steps, (count) => plural(count, { one: "# task changed", other: "# tasks changed" }));
  }

  /** Those that this tab has, or all of them where it has not loaded all. */
  async function tasksWith(name: string): Promise<Task[]> {
    const loaded = client.getQueryData<Task[]>(keys.tasks(project.id)) ?? [];
    if (loaded.length >= api.MOST_TASKS) return api.labelledTasks(project.id, name);
    return loaded.filter((task) => task.labels.includes(name) && !task.deleted);
  }

  return {
    put: (label, done) => void keep(withLabel(project.labels, label), done),
    rename: (from, to) => everywhere(from, withRenamed(project.labels, from, to), to, t`Label ${from} is now ${to}`),
    remove: (name) => everywhere(name, withoutLabel(project.labels, name), null, t`Label ${name} removed`),
  };
}
