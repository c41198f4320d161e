/** What is laid over every page, loaded when it is wanted. */
import { page } from "../pages/parts/lazy";

export const Palette = page(() => import("./Palette"));
export const PutBack = page(() => import("./PutBack"));
export const ShortcutHelp = page(() => import("./ShortcutHelp"));
