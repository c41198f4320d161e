/** The parts of a project's page, each loaded when it is wanted. */
import { page } from "../parts/lazy";

export const Tasks = page(() => import("./Tasks"));
export const Insights = page(() => import("./Insights"));
export const Activity = page(() => import("./Activity"));
export const Past = page(() => import("./Past"));
export const Settings = page(() => import("./Settings"));
