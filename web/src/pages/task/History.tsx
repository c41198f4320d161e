import { useHistory } from "../../api/queries";
import type { Project, Task } from "../../api/types";
import { Told } from "../../app/told";
import { ago, fullTime } from "../../lib/dates";
import { Avatar, Failed, Name, Skeleton } from "../../ui/bits";

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
          <time dateTime={entry.time} title={fullTime(entry.time)}>
            {ago(entry.time)}
          </time>
        </li>
      ))}
    </ol>
  );
}
