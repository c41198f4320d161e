import "./styles/index.css";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { SignedIn } from "./app/first";
import { Project } from "./app/routes";
import { onSignedOut } from "./http/client";
import { watchReach } from "./http/reach";
import { Tasks } from "./pages/project/rooms";
import { Board } from "./pages/project/views";
import { createQueryClient, keys } from "./sync/cache";
import { onSignedOutElsewhere, signedInBefore } from "./sync/prefs";
import { prefetchProject } from "./sync/queries";
import { showWhole } from "./ui/cut";
import { activate, preferredLocale } from "./ui/i18n";

const client = createQueryClient();
watchReach();
showWhole();
onSignedOut(() => client.setQueryData(keys.me, null));
onSignedOutElsewhere(() => {
  // First what decides what is shown: a cache that is empty would still be looked at.
  client.setQueryData(keys.me, null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
});

// What comes next is known before React has asked for it. It is waited for with the language, so that nothing stands in
// for it meanwhile; what fails to come is asked for again by whoever shows it.
const next: Promise<void>[] = [];
if (signedInBefore()) {
  next.push(SignedIn.load());
  const [, project, view] = /^\/projects\/([^/]+)(?:\/(\w+))?/.exec(location.pathname) ?? [];
  if (project) {
    prefetchProject(client, project);
    next.push(Project.load(), Tasks.load());
    if (view === "board") next.push(Board.load());
  }
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await Promise.all([activate(preferredLocale()), Promise.allSettled(next)]);
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);

// Later: what it keeps must not hold up what is wanted now. Without it the site only does not open without a network.
if (import.meta.env.PROD && "serviceWorker" in navigator)
  setTimeout(() => navigator.onLine && void navigator.serviceWorker.register("/sw.js").catch(() => undefined), 3000);
