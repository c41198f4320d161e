/** The views of a project's tasks, each loaded when it is wanted. */
import { page } from "../parts/lazy";

export const Board = page(() => import("./Board"));
export const Table = page(() => import("./Table"));
export const Calendar = page(() => import("./Calendar"));
