/** Importing, which the embedded process alone offers; no document of the services describes it. */
import { call } from "./client";

export type Category = "waiting" | "active" | "done";

export interface ImportNote {
  code: string;
  where: string;
  what: string;
}

export interface LeftOut {
  where: string;
  problem: string;
  code: string;
  /** What the words for the code need: a number, or the text of the file that it is about. */
  what: string;
}

export interface ImportStatus {
  name: string;
  category: Category;
  sure: boolean;
  count: number;
  key: string;
  made: boolean;
}

export interface ImportColumn {
  header: string;
  field: string;
  sure: boolean;
  examples: string[];
}

export interface ImportPerson {
  name: string;
  count: number;
  user_id: string | null;
  suggested: string | null;
  assigned: boolean;
}

export interface ImportQuestion {
  kind: "date_order" | "encoding" | "title" | "board";
  where: string;
  examples: string[];
  options: string[];
}

export interface ImportItem {
  where: string;
  title: string;
  comments: number;
  changes: { field: string; old: unknown; new: unknown }[];
}

/** What would happen, before anything is written. */
export interface ImportPlan {
  format: string;
  format_title: string;
  name: string;
  project_id: string | null;
  suggested: { id: string; name: string } | null;
  encoding: string;
  time_zone: string;
  fields: string[];
  columns: ImportColumn[];
  statuses: ImportStatus[];
  board: { key: string; name: string; category: Category }[];
  people: ImportPerson[];
  candidates: { id: string; name: string; member: boolean }[];
  questions: ImportQuestion[];
  counts: { new: number; changed: number; same: number; left_out: number; comments: number; deleted: number };
  changed: ImportItem[];
  new: ImportItem[];
  left_out: LeftOut[];
  notes: ImportNote[];
}

/** What whoever imports has decided. */
export interface ImportChoices {
  project_id?: string | null;
  name?: string | null;
  board?: string | null;
  columns?: Record<string, string>;
  statuses?: Record<string, string>;
  people?: Record<string, string>;
  time_zone?: string;
  encoding?: string | null;
  date_order?: string | null;
}

export type ImportState =
  | "reading"
  | "planned"
  | "refused"
  | "running"
  | "done"
  | "stopped"
  | "failed"
  | "undoing"
  | "undone";

export interface ImportRun {
  id: string;
  name: string;
  state: ImportState;
  done: number;
  total: number;
  choices: ImportChoices;
  plan: ImportPlan | null;
  result: {
    project_id: string;
    project_name: string;
    added: number;
    changed: number;
    same?: number;
    comments?: number;
    left_out?: LeftOut[];
    left_out_count?: number;
    notes?: ImportNote[];
  } | null;
  undone: { deleted: number; changed: number; kept: number } | null;
  problem: { code: string; where: string; detail: string; reason: string; what: string } | null;
}

/** An import of before. */
export interface ImportRecord {
  id: string;
  project_id: string;
  project_name: string;
  format: string;
  at: string;
  state: ImportState;
  added: number;
  changed: number;
}

const send = call as unknown as <T>(
  method: "get" | "post" | "put" | "delete",
  path: string,
  options?: { body?: unknown; path?: Record<string, string>; query?: Record<string, string> },
) => Promise<T>;

const ONE = "/api/imports/{id}";

export const addImport = (file: File, time_zone: string) =>
  send<ImportRun>("post", "/api/imports", { body: file as Blob, query: { name: file.name.slice(-255), time_zone } });
export const importRun = (id: string) => send<ImportRun>("get", ONE, { path: { id } });
export const chooseImport = (id: string, body: ImportChoices) =>
  send<ImportRun>("put", `${ONE}/choices`, { path: { id }, body });
export const startImport = (id: string) => send<ImportRun>("post", `${ONE}/start`, { path: { id } });
export const stopImport = (id: string) => send<ImportRun>("delete", ONE, { path: { id } });
export const undoImport = (id: string) => send<ImportRun>("post", `${ONE}/undo`, { path: { id } });
export const recentImports = () => send<{ items: ImportRecord[] }>("get", "/api/imports");
