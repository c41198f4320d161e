import "./styles/index.css";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient, keys } from "./api/cache";
import { onSignedOut } from "./api/client";
import { prefetchProject } from "./api/queries";
import { App } from "./app/App";
import { signedInBefore } from "./app/prefs";
import { activate, loadSite, preferredLocale } from "./i18n";

const client = createQueryClient();
onSignedOut(() => client.setQueryData(keys.me, null));
// A new release has replaced the page's files: load it anew, once.
addEventListener("vite:preloadError", () => {
  if (sessionStorage.getItem("reloaded") !== location.href) {
    sessionStorage.setItem("reloaded", location.href);
    location.reload();
  }
});

// What comes next is known before React has asked for it.
if (signedInBefore()) {
  void loadSite();
  void import("./app/SignedIn");
  const project = /^\/projects\/([^/]+)/.exec(location.pathname)?.[1];
  if (project) {
    prefetchProject(client, project);
    void import("./pages/Project");
  }
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await activate(preferredLocale());
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
