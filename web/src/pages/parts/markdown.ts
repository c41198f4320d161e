/** Markdown, loaded with the first text that is shown. */
import { page } from "./lazy";

export const Markdown = page(() => import("../../ui/Markdown"));
