/** The site for whoever is signed in: the frame, the live stream, every page. */
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";
import type { User } from "../http/types";
import { loadWhenIdle } from "../pages/parts/lazy";
import { Markdown } from "../pages/parts/markdown";
import { Skeleton } from "../pages/parts/Skeleton";
import { Tasks } from "../pages/project/rooms";
import { TaskPanel } from "../pages/task/panel";
import { dropOldDrafts } from "../sync/drafts";
import { startLive } from "../sync/live";
import { rememberPerson, rememberSignedIn } from "../sync/prefs";
import { startSending } from "../sync/sending";
import { activate, preferredLocale } from "../ui/i18n";
import {
  Account,
  Administration,
  CatchUp,
  Import,
  Inbox,
  MyTasks,
  NotFound,
  Outbox,
  Preferences,
  Project,
  Projects,
  TaskLink,
  Unsent,
} from "./routes";
import { Shell } from "./Shell";

export default function SignedIn({ me }: { me: User }) {
  const client = useQueryClient();
  useEffect(() => startSending(client, me.id), [client, me.id]);
  useEffect(() => dropOldDrafts(), []);
  useEffect(() => startLive(client, me.id), [client, me.id]);
  useEffect(() => loadWhenIdle([Project, Tasks, TaskPanel, Markdown, MyTasks, Inbox, Projects, Unsent]), []);
  useEffect(() => {
    rememberSignedIn(true);
    rememberPerson(me);
  }, [me]);
  useEffect(() => {
    // The account's language holds on a device where none was chosen.
    const locale = me.locale === "ko" || me.locale === "en" ? me.locale : null;
    if (locale && !localStorage.getItem("locale") && locale !== preferredLocale()) void activate(locale);
  }, [me.locale]);
  return (
    <Shell me={me}>
      <Suspense
        fallback={
          <div className="page">
            <Skeleton />
          </div>
        }
      >
        <Switch>
          <Route path="/">
            <Redirect to="/projects" replace />
          </Route>
          <Route path="/projects" component={Projects} />
          <Route path="/projects/:id/tasks/:taskId">
            {({ id, taskId }) => <Project key={id} id={id} taskId={taskId} />}
          </Route>
          <Route path="/projects/:id/:view?">{({ id, view }) => <Project key={id} id={id} view={view} />}</Route>
          <Route path="/tasks/:taskId">{({ taskId }) => <TaskLink id={taskId} />}</Route>
          <Route path="/my-tasks/:taskId?">{({ taskId }) => <MyTasks taskId={taskId} />}</Route>
          <Route path="/inbox/:taskId?">{({ taskId }) => <Inbox taskId={taskId} />}</Route>
          <Route path="/catch-up" component={CatchUp} />
          <Route path="/account" component={Account} />
          <Route path="/administration" component={Administration} />
          <Route path="/notifications" component={Preferences} />
          <Route path="/outbox" component={Outbox} />
          <Route path="/import" component={Import} />
          <Route path="/unsent" component={Unsent} />
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </Shell>
  );
}
