import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Project, Task } from "../../http/types";
import { deleteTask } from "../../sync/changes";
import { toast } from "../../sync/toasts";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/Picker";

/** What else can be done with a task. */
export function Actions({ task, project, onClose }: { task: Task; project: Project | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const writable = project !== undefined && project.role !== "viewer" && !task.deleted;
  const copy = () =>
    navigator.clipboard.writeText(`${location.origin}/tasks/${task.id}`).then(
      () => toast(t`Link copied`),
      () => toast(t`The browser does not allow copying. Copy the address from the address bar.`, { kind: "error" }),
    );
  return (
    <>
      <button
        type="button"
        className="icon-button"
        onClick={() => void copy()}
        aria-label={t`Copy link`}
        title={t`Copy link`}
      >
        <Icon name="link" />
      </button>
      {writable && (
        <Picker
          label={t`More actions`}
          className="icon-button"
          align="end"
          options={[{ id: "delete", label: t`Delete task`, icon: <Icon name="trash" />, danger: true }]}
          onPick={() => {
            onClose();
            void deleteTask(client, task);
          }}
        >
          <Icon name="more" />
        </Picker>
      )}
    </>
  );
}
