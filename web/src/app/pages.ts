/** Every page of the site and what is large in them, loaded when it is wanted. */
import { loadSite } from "../i18n";
import { page } from "./page";

/** What is shown first comes together with the texts of all pages. */
const first = async <T>(code: Promise<T>): Promise<T> => {
  await loadSite();
  return code;
};

export const Login = page(() => first(import("../pages/Login")));
export const SignedIn = page(() => first(import("./SignedIn")));

export const Markdown = page(() => import("../ui/Markdown"));
export const Palette = page(() => import("./Palette"));
export const ShortcutHelp = page(() => import("./ShortcutHelp"));

export const Account = page(() => import("../pages/Account"));
export const Board = page(() => import("../pages/project/Board"));
export const Import = page(() => import("../pages/Import"));
export const Inbox = page(() => import("../pages/Inbox"));
export const MyTasks = page(() => import("../pages/MyTasks"));
export const NotFound = page(() => import("../pages/NotFound"));
export const Outbox = page(() => import("../pages/Outbox"));
export const Preferences = page(() => import("../pages/Preferences"));
export const Project = page(() => import("../pages/Project"));
export const Projects = page(() => import("../pages/Projects"));
export const TaskLink = page(() => import("../pages/TaskLink"));
export const Tasks = page(() => import("../pages/project/Tasks"));
export const Unsent = page(() => import("../pages/Unsent"));
export const TaskPanel = page(() => import("../pages/TaskPanel"));
