/** The views of a project's tasks, each loaded when it is wanted. */
import { page } from "../parts/lazy";

export const Board = page(() => import("./Board"));
export const Table = page(() => import("./Table"));
export const Calendar = page(() => import("./Calendar"));
/** The dialog for a new one. */
export const NewTask = page(() => import("./NewTask"));
