import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { Link } from "wouter";
import type { Notification, Project } from "../http/types";
import { dayHeading, dayOf } from "../lib/dates";
import { read } from "../sync/changes";
import { useInbox, useProjects, useUnread } from "../sync/queries";
import { Ago } from "../ui/Ago";
import { useToday } from "../ui/clock";
import { Empty } from "../ui/Empty";
import { useClosing } from "../ui/history";
import { Icon } from "../ui/icons";
import { useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Failed } from "./parts/Failed";
import { Avatar, Name } from "./parts/People";
import { Skeleton } from "./parts/Skeleton";
import { OldNew } from "./parts/Value";
import { TaskPanel } from "./task/panel";
import { told } from "./told";

export default function Inbox({ taskId }: { taskId: string | undefined }) {
  useTexts(told);
  const client = useQueryClient();
  const today = useToday();
  const close = useClosing("/inbox");
  const [unreadOnly, setUnreadOnly] = useState(false);
  const inbox = useInbox(unreadOnly);
  const unread = useUnread().data ?? 0;
  const projects = useProjects().data;
  useTitle(unread > 0 ? t`(${unread}) Inbox` : t`Inbox`);
  const items = inbox.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <div className={`project ${taskId ? "with-panel" : ""}`}>
      <div className="project-main scroll">
        <div className="page narrow">
          <header className="page-head">
            <h1>
              <Trans>Inbox</Trans>
            </h1>
            <div className="segments small" role="tablist" aria-label={t`Show`}>
              <button type="button" role="tab" aria-selected={!unreadOnly} onClick={() => setUnreadOnly(false)}>
                <Trans>All</Trans>
              </button>
              <button type="button" role="tab" aria-selected={unreadOnly} onClick={() => setUnreadOnly(true)}>
                <Trans>Unread</Trans>
                {unread > 0 && <span className="count wide-only">{unread}</span>}
              </button>
            </div>
            <span className="spring" />
            <Link href="/catch-up" className="button" aria-label={t`Catch up`} title={t`Catch up`}>
              <Icon name="activity" />
              <span className="wide-only">
                <Trans>Catch up</Trans>
              </span>
            </Link>
            <button
              type="button"
              className="button"
              aria-label={t`Mark all read`}
              disabled={unread === 0}
              onClick={() => void read(client, "all")}
            >
              <Icon name="check" />
              <span className="wide-only">
                <Trans>Mark all read</Trans>
              </span>
            </button>
            <Link
              href="/notifications"
              className="icon-button"
              aria-label={t`Notification settings`}
              title={t`Notification settings`}
            >
              <Icon name="settings" />
            </Link>
          </header>
          {inbox.isPending && <Skeleton />}
          {inbox.error && !inbox.data && <Failed error={inbox.error} retry={() => void inbox.refetch()} />}
          {inbox.data && items.length === 0 && (
            <Empty icon="inbox" title={unreadOnly ? t`Nothing unread` : t`Nothing has come in yet`}>
              <Trans>
                When others change tasks that you created, are assigned to or commented on, you read it here.
              </Trans>
            </Empty>
          )}
          <ol className="inbox">
            {items.map((item, index) => {
              const day = dayOf(new Date(item.created_at));
              const before = items[index - 1];
              const fresh = !before || dayOf(new Date(before.created_at)) !== day;
              return (
                <li key={item.id}>
                  {fresh && <h2 className="day">{dayHeading(day, today)}</h2>}
                  <Item
                    item={item}
                    project={projects?.find((project) => project.id === item.project_id)}
                    open={item.task_id === taskId}
                    onRead={() => void read(client, item)}
                  />
                </li>
              );
            })}
          </ol>
          {inbox.hasNextPage && (
            <button
              type="button"
              className="button"
              disabled={inbox.isFetchingNextPage}
              onClick={() => void inbox.fetchNextPage()}
            >
              <Trans>Show earlier</Trans>
            </button>
          )}
        </div>
      </div>
      {taskId && (
        <Suspense fallback={<aside className="panel" />}>
          <TaskPanel key={taskId} id={taskId} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

interface ItemProps {
  item: Notification;
  project: Project | undefined;
  open: boolean;
  onRead: () => void;
}

function Item({ item, project, open, onRead }: ItemProps) {
  const actor = <strong>{item.actor_name ?? <Name id={item.actor} />}</strong>;
  const texts = {
    created: <Trans>{actor} created this task</Trans>,
    assigned: <Trans>{actor} changed who is assigned</Trans>,
    status: <Trans>{actor} moved it</Trans>,
    edited: <Trans>{actor} edited it</Trans>,
    commented: <Trans>{actor} commented</Trans>,
    deleted: <Trans>{actor} deleted it</Trans>,
    restored: <Trans>{actor} restored it</Trans>,
  };
  const telling = item.type === "assigned" || item.type === "status" || item.type === "edited";
  const values = telling ? item.changes.filter(({ field }) => field !== "description") : [];
  return (
    <article className={`notice ${item.read ? "" : "unread"} ${open ? "open" : ""}`}>
      <Avatar id={item.actor} size="large" />
      <div className="notice-body">
        <Link href={`/inbox/${item.task_id}`} className="notice-link" onClick={() => !item.read && onRead()}>
          <span className="key">{item.task_key}</span> {item.title}
        </Link>
        <div className="notice-text">
          <span>{texts[item.type] ?? actor}</span>
          {values.slice(0, 3).map((change) => (
            <OldNew key={change.field} change={change} project={project} />
          ))}
        </div>
        {item.excerpt && <p className="notice-excerpt">{item.excerpt}</p>}
      </div>
      <div className="notice-side">
        <Ago time={item.created_at} />
        {!item.read && (
          <button
            type="button"
            className="unread-dot"
            onClick={onRead}
            aria-label={t`Mark as read`}
            title={t`Mark as read`}
          >
            <i />
          </button>
        )}
      </div>
    </article>
  );
}
