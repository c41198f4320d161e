/** What an import says, in the reader's language. */
import { t } from "@lingui/core/macro";
import { told } from "../../http/faults";
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

/** Why a row or a file cannot be imported, by its code. What is not known here is told as it is. */
export function reason({ code, what, problem }: { code: string; what: string; problem: string }): string {
  switch (code) {
    case "fields_differ": {
      const [given = "", wanted = ""] = what.split(" ");
      return t`It has ${given} fields, the headings have ${wanted}.`;
    }
    case "same_id":
      return t`It has the same id as ${what}.`;
    case "not_a_date":
      return t`“${what}” is not a date.`;
    case "too_many_rows": {
      const most = Number(what).toLocaleString(document.documentElement.lang || undefined);
      return t`One import takes at most ${most} rows.`;
    }
    case "too_many_people": {
      const most = Number(what).toLocaleString(document.documentElement.lang || undefined);
      return t`One import takes at most ${most} people.`;
    }
    case "too_large":
      return t`It is larger than ${what} MiB.`;
    case "not_csv":
      return t`It is not a table that can be read: a quotation mark is not closed, or stands in the wrong place.`;
    case "no_title":
      return t`It has no title.`;
    case "deleted_here":
      return t`It was deleted here, and stays so.`;
    case "missing":
      return t`It is missing.`;
    case "empty":
      return t`It is empty.`;
    case "too_much":
      return t`It takes more memory or time than one import may have.`;
    case "unknown_format":
      return t`It is JSON, but from no program that is known here.`;
    case "not_a_workbook":
      return t`It is not an Excel workbook that can be read.`;
    case "not_json":
      return t`It is not JSON that can be read.`;
    case "nested":
      return t`It is nested too deeply.`;
    case "wrong_kind":
      return t`It is not of the kind that belongs here.`;
    case "not_text":
      return t`It is not text in ${what}.`;
    case "no_list":
      return t`There is no list ${what}.`;
    case "bad_choice":
      return t`This cannot be chosen: ${what}`;
    case "not_a_time_zone":
      return t`“${what}” is not a time zone.`;
    case "open_question":
      return t`A question about the file has to be answered first.`;
    case "nobody_known":
      return t`It is nobody whom you share a project with.`;
    default:
      return told({ code, message: problem });
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
