import { Redirect } from "wouter";
import { useTask } from "../sync/queries";
import { Failed } from "./parts/Failed";
import { Skeleton } from "./parts/Skeleton";

/** The short address of a task, as mails use it: leads to the task in its project. */
export default function TaskLink({ id }: { id: string }) {
  const task = useTask(id);
  if (task.data) return <Redirect to={`/projects/${task.data.project_id}/tasks/${id}`} replace />;
  if (task.error) return <Failed alone error={task.error} retry={() => void task.refetch()} />;
  return (
    <div className="page">
      <Skeleton />
    </div>
  );
}
