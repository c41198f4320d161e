import { useLingui } from "@lingui/react";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { ApiError } from "../api/client";
import { startLive } from "../api/live";
import { useMe } from "../api/queries";
import type { User } from "../api/types";
import { activate, preferredLocale } from "../i18n";
import { Failed, Skeleton } from "../ui/bits";
import { Announcer, Toaster } from "../ui/toast";
import { rememberSignedIn } from "./prefs";
import { Shell } from "./Shell";

const Account = lazy(() => import("../pages/Account"));
const Inbox = lazy(() => import("../pages/Inbox"));
const Login = lazy(() => import("../pages/Login"));
const MyTasks = lazy(() => import("../pages/MyTasks"));
const NotFound = lazy(() => import("../pages/NotFound"));
const Outbox = lazy(() => import("../pages/Outbox"));
const Preferences = lazy(() => import("../pages/Preferences"));
const Project = lazy(() => import("../pages/Project"));
const Projects = lazy(() => import("../pages/Projects"));
const TaskLink = lazy(() => import("../pages/TaskLink"));

export function App() {
  // The tree is built anew in another language, so that no text of the old one stays.
  const { i18n } = useLingui();
  return (
    <div className="app" key={i18n.locale}>
      <Suspense fallback={<Splash />}>
        <Switch>
          <Route path="/login">
            <Login mode="login" />
          </Route>
          <Route path="/register">
            <Login mode="register" />
          </Route>
          <Route>
            <Gate />
          </Route>
        </Switch>
      </Suspense>
      <Toaster />
      <Announcer />
    </div>
  );
}

function Splash() {
  return <div className="splash" aria-hidden="true" />;
}

/** Lets in who is signed in; the others sign in first and come back here. */
function Gate() {
  const me = useMe();
  const [location] = useLocation();
  if (me.isPending) return <Splash />;
  if (me.data) return <SignedIn me={me.data} />;
  if (me.error && !(me.error instanceof ApiError && me.error.status === 401)) {
    return <Failed error={me.error} retry={() => void me.refetch()} />;
  }
  rememberSignedIn(false);
  const next = location === "/" ? "" : `?next=${encodeURIComponent(location + window.location.search)}`;
  return <Redirect to={`/login${next}`} replace />;
}

function SignedIn({ me }: { me: User }) {
  const client = useQueryClient();
  useEffect(() => startLive(client), [client]);
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
          <Route path="/account" component={Account} />
          <Route path="/notifications" component={Preferences} />
          <Route path="/outbox" component={Outbox} />
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </Shell>
  );
}
