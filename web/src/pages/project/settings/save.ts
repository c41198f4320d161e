import { useQueryClient } from "@tanstack/react-query";
import { putProject } from "../../../api/cache";
import type { Project } from "../../../api/types";
import { explain } from "../../../ui/bits";
import { toast } from "../../../ui/toast";

/** Saves a change of the project: shows the answer everywhere, or says why not. Answers whether it was saved. */
export function useSave(): (work: () => Promise<Project>, done: string, undo?: () => void) => Promise<boolean> {
  const client = useQueryClient();
  return async (work, done, undo) => {
    try {
      const project = await work();
      putProject(client, project);
      toast(done, undo ? { undo } : {});
      return true;
    } catch (error) {
      toast(explain(error), { kind: "error" });
      return false;
    }
  };
}
