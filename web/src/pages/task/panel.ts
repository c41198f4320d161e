/** The panel of a task, loaded when one is opened. */
import { page } from "../parts/lazy";

export const TaskPanel = page(() => import("./TaskPanel"));
