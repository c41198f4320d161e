import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { explain } from "../../http/explain";
import { type Caught, catchUp, markSeen } from "../../http/memory";
import type { Project } from "../../http/types";
import { ago, fullTime } from "../../lib/dates";
import { keys } from "../../sync/cache";
import { statusOf, useProjects } from "../../sync/queries";
import { toast } from "../../sync/toasts";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/icons";
import { Failed } from "../parts/Failed";
import { Skeleton } from "../parts/Skeleton";
import { GROUPS, type Group, groupOf } from "./groups";
import { Item } from "./Item";

/** Tasks of a project on a screen. */
const SCREEN = 25;

/** What became of all projects since the reader's marks. A mark moves when they say so, up to what they were shown. */
export function Unseen() {
  // What is marked as seen is what is shown: nothing comes in while it is read.
  const caught = useQuery({
    queryKey: keys.catchUp,
    queryFn: catchUp,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  });
  const projects = useProjects().data;
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  if (caught.error && !caught.data) return <Failed error={caught.error} retry={() => void caught.refetch()} />;
  if (!caught.data) return <Skeleton rows={6} />;
  const { at, projects: news } = caught.data;
  const open = news.filter((one) => !seen.has(one.project_id));

  async function mark(these: Caught[], when: (one: Caught) => string, isSeen: boolean): Promise<void> {
    setBusy(true);
    try {
      for (const one of these) {
        await markSeen(one.project_id, when(one));
        setSeen((now) => new Set(isSeen ? [...now, one.project_id] : [...now].filter((id) => id !== one.project_id)));
      }
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
    setBusy(false);
  }

  if (news.length === 0) {
    return (
      <Empty icon="check" title={t`You have seen everything`}>
        <Trans>What becomes of your projects from now on gathers here until you say that you have seen it.</Trans>
      </Empty>
    );
  }
  return (
    <>
      {open.length > 1 && (
        <p className="caught-all">
          <button type="button" className="button" disabled={busy} onClick={() => void mark(open, () => at, true)}>
            <Icon name="check" />
            <Trans>I've seen everything</Trans>
          </button>
        </p>
      )}
      {news.map((one) => (
        <News
          key={one.project_id}
          news={one}
          project={projects?.find((project) => project.id === one.project_id)}
          seen={seen.has(one.project_id)}
          busy={busy}
          onSeen={() => void mark([one], () => at, true)}
          onUnseen={() => void mark([one], ({ since }) => since, false)}
        />
      ))}
    </>
  );
}

interface NewsProps {
  news: Caught;
  project: Project | undefined;
  seen: boolean;
  busy: boolean;
  onSeen: () => void;
  onUnseen: () => void;
}

function News({ news, project, seen, busy, onSeen, onUnseen }: NewsProps) {
  const [screens, setScreens] = useState(1);
  const since = ago(news.since);
  const done = (status: string) => statusOf(project, status).category === "done";
  const sorted = GROUPS.flatMap((group) => news.items.filter((item) => groupOf(item, done) === group));
  const shown = sorted.slice(0, screens * SCREEN);
  const left = sorted.length - shown.length;
  return (
    <section className={`news ${seen ? "seen" : ""}`} aria-labelledby={`news-${news.project_id}`}>
      <header className="news-head">
        <h2 id={`news-${news.project_id}`}>
          <Link href={`/projects/${news.project_id}`}>{news.name}</Link>
        </h2>
        <span className="muted" title={fullTime(news.since)}>
          {seen ? <Trans>seen</Trans> : <Trans>since {since}</Trans>}
        </span>
        <span className="spring" />
        {seen ? (
          <button type="button" className="button" disabled={busy} onClick={onUnseen}>
            <Icon name="undo" />
            <Trans>Not yet</Trans>
          </button>
        ) : (
          <button type="button" className="button" disabled={busy} onClick={onSeen}>
            <Icon name="check" />
            <Trans>I've seen it</Trans>
          </button>
        )}
      </header>
      {!seen &&
        GROUPS.map((group) => {
          const items = shown.filter((item) => groupOf(item, done) === group);
          return (
            items.length > 0 && (
              <div key={group} className="news-group">
                <h3 className={group}>{groupName(group)}</h3>
                <ul>
                  {items.map((item) => (
                    <Item
                      key={item.task_id}
                      projectId={news.project_id}
                      taskId={item.task_id}
                      taskKey={item.key}
                      title={item.title}
                      change={item}
                      project={project}
                    />
                  ))}
                </ul>
              </div>
            )
          );
        })}
      {!seen && left > 0 && (
        <button type="button" className="button" onClick={() => setScreens(screens + 1)}>
          <Trans>Show {left} more</Trans>
        </button>
      )}
      {!seen && left === 0 && news.more && (
        <p className="section-hint">
          <Trans>More was touched than fits here.</Trans>{" "}
          <Link href={`/projects/${news.project_id}/activity`}>
            <Trans>All activity</Trans>
          </Link>
        </p>
      )}
    </section>
  );
}

function groupName(group: Group): string {
  switch (group) {
    case "became":
      return t`Became yours`;
    case "waits":
      return t`Waits for you`;
    case "others":
      return t`Also changed`;
    case "gone":
      return t`Gone`;
  }
}
