import { useLingui } from "@lingui/react";
import { Suspense } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { ApiError } from "../http/client";
import { useReachable } from "../http/reach";
import { Failed } from "../pages/parts/Failed";
import { lastPerson, rememberSignedIn } from "../sync/prefs";
import { useMe } from "../sync/queries";
import { useKeptFocus } from "../ui/focus";
import { Enrol, Invitation, Login, Recover, SignedIn } from "./first";
import { Announcer, Toaster } from "./Toaster";

export function App() {
  // The tree is built anew in another language, so that no text of the old one stays.
  const { i18n } = useLingui();
  useKeptFocus();
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
          <Route path="/invitation">
            <Invitation />
          </Route>
          <Route path="/forgot">
            <Recover step="forgot" />
          </Route>
          <Route path="/reset">
            <Recover step="reset" />
          </Route>
          <Route path="/verify">
            <Recover step="verify" />
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
  return (
    <div className="splash frame" aria-hidden="true">
      <i />
    </div>
  );
}

/** Lets in who is signed in; the others sign in first and come back here. */
function Gate() {
  const me = useMe();
  const [location] = useLocation();
  const reachable = useReachable();
  // Whether the session still lives cannot be asked now; it is, as soon as there is somebody to ask.
  const person = me.data ?? (reachable || me.isSuccess ? null : lastPerson());
  if (person?.second_factor_required) return <Enrol />;
  if (person) return <SignedIn me={person} />;
  if (me.isPending) return <Splash />;
  if (me.error && !(me.error instanceof ApiError && me.error.status === 401)) {
    return <Failed alone error={me.error} retry={() => void me.refetch()} />;
  }
  rememberSignedIn(false);
  const next = location === "/" ? "" : `?next=${encodeURIComponent(location + window.location.search)}`;
  return <Redirect to={`/login${next}`} replace />;
}
