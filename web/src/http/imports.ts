/** Importing, which the embedded process alone offers; no document of the services describes it. */
import { call } from "./client";

export interface ImportFile {
  name: string;
  text: string;
  project_id: string | null;
}

/** What a file holds. */
export interface Preview {
  name: string;
  tasks: number;
  archived: number;
  comments: number;
  statuses: string[];
  titles: string[];
  people: { name: string; known: boolean }[];
  notes: string[];
}

export interface ImportJob {
  id: string;
  state: "running" | "done" | "stopped" | "failed";
  done: number;
  total: number;
  problem: string | null;
  result: {
    project_id: string;
    project_name: string;
    added: number;
    known: number;
    comments: number;
    notes: string[];
  } | null;
}

const send = call as unknown as <T>(
  method: "get" | "post" | "delete",
  path: string,
  options?: { body?: unknown; path?: Record<string, string> },
) => Promise<T>;

export const previewImport = (body: ImportFile) => send<Preview>("post", "/api/imports/preview", { body });
export const startImport = (body: ImportFile) => send<ImportJob>("post", "/api/imports", { body });
export const importJob = (id: string) => send<ImportJob>("get", "/api/imports/{id}", { path: { id } });
export const stopImport = (id: string) => send<ImportJob>("delete", "/api/imports/{id}", { path: { id } });

/** The text of a file: UTF-8, or what Korean Windows writes. */
export async function textOf(file: Blob): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("euc-kr").decode(bytes);
  }
}
