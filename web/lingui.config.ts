import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

/** What the first chunk shows: its texts are all of a language that a page waits for before it begins. */
const entry = [
  "src/main.tsx",
  "src/app/App.tsx",
  "src/http/explain.ts",
  "src/pages/parts/Failed.tsx",
  "src/app/Toaster.tsx",
  "src/sync/undoStack.ts",
];
/** What is seldom opened has its texts with it. */
const insights = ["src/pages/project/Insights.tsx", "src/pages/project/insights/**"];
const settings = ["src/pages/project/Settings.tsx", "src/pages/project/settings/**"];
const past = ["src/pages/project/Past.tsx", "src/pages/project/past/**"];
const account = [
  "src/pages/Account.tsx",
  "src/pages/Enrol.tsx",
  "src/pages/account/**",
  "src/pages/Administration.tsx",
  "src/pages/administration/**",
];
const codes = ["src/http/codes.ts"];
const importing = ["src/pages/Import.tsx", "src/pages/import/**"];
const seldom = [
  "src/pages/Outbox.tsx",
  "src/pages/Unsent.tsx",
  "src/pages/Preferences.tsx",
  "src/pages/Invitation.tsx",
  "src/pages/Recover.tsx",
  "src/pages/project/table/BulkBar.tsx",
  "src/app/ShortcutHelp.tsx",
  "src/app/PutBack.tsx",
];
const told = [
  "src/pages/Inbox.tsx",
  "src/pages/project/Activity.tsx",
  "src/pages/parts/Told.tsx",
  ...["TaskPanel", "Actions", "Comments", "Conflict", "Description", "DraftNote", "Editor", "History", "Title"].map(
    (name) => `src/pages/task/${name}.tsx`,
  ),
];
const catchUp = ["src/pages/CatchUp.tsx", "src/pages/catch-up/**"];

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "ko"],
  catalogs: [
    { path: "<rootDir>/src/locales/entry/{locale}", include: entry },
    { path: "<rootDir>/src/locales/insights/{locale}", include: insights },
    { path: "<rootDir>/src/locales/settings/{locale}", include: settings },
    { path: "<rootDir>/src/locales/past/{locale}", include: past },
    { path: "<rootDir>/src/locales/account/{locale}", include: account },
    { path: "<rootDir>/src/locales/codes/{locale}", include: codes },
    { path: "<rootDir>/src/locales/import/{locale}", include: importing },
    { path: "<rootDir>/src/locales/catch-up/{locale}", include: catchUp },
    { path: "<rootDir>/src/locales/seldom/{locale}", include: seldom },
    { path: "<rootDir>/src/locales/told/{locale}", include: told },
    {
      path: "<rootDir>/src/locales/{locale}",
      include: ["src"],
      exclude: [
        ...entry,
        ...insights,
        ...settings,
        ...past,
        ...account,
        ...codes,
        ...importing,
        ...seldom,
        ...told,
        ...catchUp,
      ],
    },
  ],
  format: formatter({ lineNumbers: false, origins: false }),
});
