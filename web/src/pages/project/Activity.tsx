import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "wouter";
import type { ActivityEntry, Project } from "../../http/types";
import { clock, dayHeading, dayOf, fullTime } from "../../lib/dates";
import { useActivity } from "../../sync/queries";
import { useToday } from "../../ui/clock";
import { Empty } from "../../ui/Empty";
import { useTexts } from "../../ui/texts";
import { useTitle } from "../../ui/title";
import { Failed } from "../parts/Failed";
import { Avatar, Name } from "../parts/People";
import { Skeleton } from "../parts/Skeleton";
import { Told } from "../parts/Told";
import { told } from "../told";

/** In which order the tasks stand is a matter of the board. */
const isNews = (entry: ActivityEntry) => entry.type !== "task.rank-changed";

export default function Activity({ project }: { project: Project }) {
  useTexts(told);
  const activity = useActivity(project.id);
  const today = useToday();
  useTitle(t`Activity of ${project.name}`);
  if (activity.isPending) {
    return (
      <div className="page">
        <Skeleton rows={10} />
      </div>
    );
  }
  if (activity.error && !activity.data) return <Failed error={activity.error} retry={() => void activity.refetch()} />;
  const entries = activity.data?.pages.flatMap((page) => page.items).filter(isNews) ?? [];
  if (entries.length === 0) return <Empty icon="activity" title={t`Nothing has happened yet`} />;
  return (
    <div className="page narrow">
      <ol className="timeline">
        {entries.map((entry, index) => {
          const day = dayOf(new Date(entry.time));
          const before = entries[index - 1];
          const fresh = !before || dayOf(new Date(before.time)) !== day;
          return (
            <li key={`${entry.id}`}>
              {fresh && <h2 className="day">{dayHeading(day, today)}</h2>}
              <Entry entry={entry} project={project} />
            </li>
          );
        })}
      </ol>
      {activity.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={activity.isFetchingNextPage}
          onClick={() => void activity.fetchNextPage()}
        >
          <Trans>Show earlier</Trans>
        </button>
      )}
    </div>
  );
}

function Entry({ entry, project }: { entry: ActivityEntry; project: Project }) {
  const actor = (
    <strong>
      <Name id={entry.actor} />
    </strong>
  );
  return (
    <div className="event">
      <Avatar id={entry.actor} />
      <div className="event-body">
        <div className="event-text">
          <Told entry={entry} project={project} actor={actor} />
        </div>
        {entry.task_id && (
          <Link
            href={`/projects/${project.id}/tasks/${entry.task_id}`}
            state={{ view: "activity" }}
            className="event-task"
          >
            <span className="key">{entry.task_key}</span> {entry.title}
          </Link>
        )}
      </div>
      <time dateTime={entry.time} title={fullTime(entry.time)}>
        {clock(entry.time)}
      </time>
    </div>
  );
}
