/** The pages of the site, each loaded when it is wanted. */
import { page } from "../pages/parts/lazy";

export const Account = page(() => import("../pages/Account"));
export const Administration = page(() => import("../pages/Administration"));
export const CatchUp = page(() => import("../pages/CatchUp"));
export const Import = page(() => import("../pages/Import"));
export const Inbox = page(() => import("../pages/Inbox"));
export const MyTasks = page(() => import("../pages/MyTasks"));
export const NotFound = page(() => import("../pages/NotFound"));
export const Outbox = page(() => import("../pages/Outbox"));
export const Preferences = page(() => import("../pages/Preferences"));
export const Project = page(() => import("../pages/Project"));
export const Projects = page(() => import("../pages/Projects"));
export const TaskLink = page(() => import("../pages/TaskLink"));
export const Unsent = page(() => import("../pages/Unsent"));
