/** What an import says, in the reader's language. */
import { t } from "@lingui/core/macro";
import type { Category, ImportNote } from "../../http/imports";

export function fieldName(field: string): string {
  const names: Record<string, string> = {
    id: t`Id in the source`,
    title: t`Title`,
    description: t`Description`,
    status: t`Status`,
    section: t`Section or list`,
    category: t`Meaning of the status`,
    state: t`Open or closed`,
    done: t`Whether it is done`,
    created: t`When it was created`,
    completed: t`When it was finished`,
    start: t`Start`,
    due: t`Due date`,
    priority: t`Priority`,
    labels: t`Labels`,
    assignees: t`Assignees`,
    assignee_ids: t`Ids of the assignees`,
    comment: t`Comment`,
    archived: t`Whether it is archived`,
    keep: t`Keep in the description`,
    deleted: t`Deleted`,
    estimate: t`Estimate`,
  };
  return names[field] ?? field;
}

export function meaningName(category: Category): string {
  return { waiting: t`Waiting`, active: t`Under way`, done: t`Done` }[category];
}

/** Where in the file: a line, a row, or a path of JSON. */
export function place(where: string): string {
  const line = /^line (\d+)$/.exec(where)?.[1];
  if (line) return t`Line ${line}`;
  const row = /^row (\d+)$/.exec(where)?.[1];
  if (row) return t`Row ${row}`;
  return where === "the file" ? t`The file` : where;
}

/** Why a row or a file cannot be imported. What is not known here is told as it is. */
export function reason(problem: string): string {
  const [, given, wanted] = /^has (\d+) fields, the header has (\d+)$/.exec(problem) ?? [];
  if (given && wanted) return t`It has ${given} fields, the headings have ${wanted}.`;
  const [, other] = /^has the id of (.+)$/.exec(problem) ?? [];
  if (other) return t`It has the same id as ${other}.`;
  const [, text] = /^'(.+)' is not a date$/.exec(problem) ?? [];
  if (text) return t`“${text}” is not a date.`;
  const [, most] = /^is beyond the ([\d,]+) /.exec(problem) ?? [];
  if (most) return t`One import takes at most ${most} rows.`;
  const [, csv] = /^is not CSV: (.+)$/.exec(problem) ?? [];
  if (csv) return t`It is not a table that can be read: a quotation mark is not closed, or stands in the wrong place.`;
  switch (problem) {
    case "has no title":
      return t`It has no title.`;
    case "was deleted here":
      return t`It was deleted here, and stays so.`;
    case "is missing":
      return t`It is missing.`;
    case "the file is empty":
    case "there is no header line":
      return t`It is empty.`;
    case "takes more memory than one import may have":
    case "takes more memory or time than one import may have":
      return t`It takes more memory or time than one import may have.`;
    case "is JSON, but of no format that is known":
      return t`It is JSON, but from no program that is known here.`;
    case "is not a workbook that can be read (xlsx)":
      return t`It is not an Excel workbook that can be read.`;
    default:
      return problem;
  }
}

/** A note as a sentence. */
export function noted({ code, where, what }: ImportNote): string {
  const at = place(where);
  switch (code) {
    case "columns_left_out":
      return t`Columns that were not understood and are left out: ${what}`;
    case "people_not_assigned":
      return t`Not assigned, for they are no members or were not chosen; their names stay in the description: ${what}`;
    case "priority_unknown":
      return t`An unknown priority stays in the description: ${what}`;
    case "date_unknown":
      return t`“${what}” in ${where} is not a date, and stays in the description.`;
    case "value_unknown":
      return t`“${what}” in ${where} does not fit, and stays in the description.`;
    case "archived_lists":
      return t`Archived lists; their cards come deleted, and can be restored: ${what}`;
    case "board_description":
      return t`The board's own description has no place here: ${what}`;
    case "trello_actions":
      return t`Trello exports the newest ${what} actions only; older comments are not in the file.`;
    case "status_added":
      return t`A status was added, so that work can wait, be under way and be done: ${what}`;
    case "status_cut":
      return t`The name of a status is too long and was cut: ${what}`;
    case "statuses_merged":
      return t`There are too many lists. These have no column of their own, and stay in the description: ${what}`;
    case "title_long":
      return t`${at}: the title is longer than ${what} characters; the description has all of it`;
    case "description_cut":
    case "comment_cut":
      return t`${at}: the text was cut at ${what} characters`;
    case "labels_cut":
      return t`${at}: only the first ${what} labels were kept`;
    default:
      return [where, code, what].filter(Boolean).join(": ");
  }
}
