/** Changes of labels: in what the project has laid down, and in the tasks that have them. */
import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import * as api from "../../../http/endpoints";
import { explain } from "../../../http/explain";
import type { Project, ProjectLabel, Task } from "../../../http/types";
import { relabelled, withLabel, withoutLabel, withRenamed } from "../../../lib/labels";
import { edit, partOfMany, type Step } from "../../../sync/bulk";
import { keys } from "../../../sync/cache";
import { type Change, part } from "../../../sync/change";
import { editing, editProject } from "../../../sync/projects";
import { toast } from "../../../sync/toasts";
import type { Undoable } from "../../../sync/undo";
import { tellTogether } from "../../../sync/undoStack";

export interface Labels {
  /** Lays a label down, or gives it another colour. */
  put: (label: ProjectLabel, told: string) => void;
  /** Gives a label another name here and in every task; where that is taken, the two become one. */
  rename: (from: string, to: string) => Promise<void>;
  /** Takes a label away, here and from every task. */
  remove: (name: string) => Promise<void>;
}

export function useLabels(project: Project): Labels {
  const client = useQueryClient();

  async function everywhere(name: string, labels: ProjectLabel[], to: string | null, told: string): Promise<void> {
    const tasks = await tasksWith(name).catch((error: unknown) => {
      toast(explain(error), { kind: "error" });
      return null;
    });
    if (!tasks) return;
    const steps = tasks.map((task) => edit(task, { labels: relabelled(task.labels, name, to) }));
    await tellTogether(told, relabel(editing(client, project, { labels }, told), steps));
  }

  async function relabel(laidDown: Change, steps: Step[]): Promise<Undoable[]> {
    const first = await part(client, laidDown);
    if (!first || steps.length === 0) return first ? [first] : [];
    const others = await partOfMany(client, steps);
    return others ? [first, others] : [first];
  }

  /** Those that this tab has, or all of them where it has not loaded all. */
  async function tasksWith(name: string): Promise<Task[]> {
    const loaded = client.getQueryData<Task[]>(keys.tasks(project.id)) ?? [];
    if (loaded.length >= api.MOST_TASKS) return api.labelledTasks(project.id, name);
    return loaded.filter((task) => task.labels.includes(name) && !task.deleted);
  }

  return {
    put: (label, told) => void editProject(client, project, { labels: withLabel(project.labels, label) }, told),
    rename: (from, to) => everywhere(from, withRenamed(project.labels, from, to), to, t`Label ${from} is now ${to}`),
    remove: (name) => everywhere(name, withoutLabel(project.labels, name), null, t`Label ${name} removed`),
  };
}
