import type { Project, Task } from "../../http/types";
import { useHistory } from "../../sync/queries";
import { Ago } from "../../ui/Ago";
import { Failed } from "../parts/Failed";
import { Avatar, Name } from "../parts/People";
import { Skeleton } from "../parts/Skeleton";
import { Told } from "../parts/Told";

/** Every event of the task, oldest first. */
export function History({ task, project }: { task: Task; project: Project | undefined }) {
  const history = useHistory(task.id, true);
  if (history.isPending) return <Skeleton rows={4} />;
  if (history.error && !history.data) return <Failed error={history.error} retry={() => void history.refetch()} />;
  return (
    <ol className="timeline">
      {history.data?.map((entry) => (
        <li key={entry.id} className="event">
          <Avatar id={entry.actor} />
          <div className="event-body">
            <div className="event-text">
              <Told
                entry={entry}
                project={project}
                actor={
                  <strong>
                    <Name id={entry.actor} />
                  </strong>
                }
              />
            </div>
          </div>
          <Ago time={entry.time} />
        </li>
      ))}
    </ol>
  );
}
