/**
 * The fields of a task: how each is called and its change is told. A plain one has everything that the site does with it
 * here: the panel, the table, the filter, history and the dialog of a new task follow.
 */
import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Task, TaskChanges, TaskField } from "../http/types";
import { dayText } from "../lib/dates";
import type { Steps } from "../lib/steps";
import type { IconName } from "./icons";

interface Described {
  label: () => string;
  /** The sentence of its change; what it was and is stands behind. */
  changed: (actor: ReactNode) => ReactNode;
}

export type PlainValue = string | number | null;

/** A day is YYYY-MM-DD. */
export type PlainForm = { kind: "day" } | ({ kind: "number" } & Steps);

/** What a filter offers; `today` is the reader's. */
export interface Choice {
  id: string;
  label: () => string;
  passes: (value: PlainValue, today: string) => boolean;
}

/** A field with one value, or none, that is shown and changed by its form alone. */
export interface Plain extends Described {
  form: PlainForm;
  icon: IconName;
  /** Of its column in the table, in px. */
  width: number;
  /** What its toast says, of a task's key. */
  told: (key: string) => string;
  choices: Choice[];
}

export const FIELDS: Record<TaskField, Described | Plain> = {
  title: { label: () => t`Title`, changed: (actor) => <Trans>{actor} changed the title</Trans> },
  description: { label: () => t`Description`, changed: (actor) => <Trans>{actor} changed the description</Trans> },
  status: { label: () => t`Status`, changed: (actor) => <Trans>{actor} moved it</Trans> },
  priority: { label: () => t`Priority`, changed: (actor) => <Trans>{actor} changed the priority</Trans> },
  estimate: {
    label: () => t`Estimate`,
    changed: (actor) => <Trans>{actor} changed the estimate</Trans>,
    form: { kind: "number", lowest: 0, highest: 1000, step: 0.5 },
    icon: "estimate",
    width: 80,
    told: (key) => t`Estimate of ${key} changed`,
    choices: [
      { id: "any", label: () => t`With an estimate`, passes: (value) => value !== null },
      { id: "none", label: () => t`Without an estimate`, passes: (value) => value === null },
    ],
  },
  start: {
    label: () => t`Start`,
    changed: (actor) => <Trans>{actor} changed the start date</Trans>,
    form: { kind: "day" },
    icon: "flag",
    width: 100,
    told: (key) => t`Start date of ${key} changed`,
    choices: [
      { id: "begun", label: () => t`Starts by today`, passes: (value, today) => value !== null && value <= today },
      { id: "later", label: () => t`Starts after today`, passes: (value, today) => value !== null && value > today },
      { id: "none", label: () => t`Without a start date`, passes: (value) => value === null },
    ],
  },
  due: { label: () => t`Due`, changed: (actor) => <Trans>{actor} changed the due date</Trans> },
  labels: { label: () => t`Labels`, changed: (actor) => <Trans>{actor} changed the labels</Trans> },
  assignees: { label: () => t`Assignees`, changed: (actor) => <Trans>{actor} changed who is assigned</Trans> },
};

export type PlainName = keyof TaskChanges;
export type PlainField = [PlainName, Plain];

/** In the order in which they are shown. */
export const PLAIN: PlainField[] = Object.entries(FIELDS).filter((one): one is PlainField => "form" in one[1]);

export const plainOf = (task: Task, name: PlainName): PlainValue => task[name] as PlainValue;

/** The field, if the site knows one of this name. */
export function fieldOf(name: string): Described | Plain | undefined {
  return Object.hasOwn(FIELDS, name) ? FIELDS[name as TaskField] : undefined;
}

/** A value in words; `unset` for none. */
export function plainText({ form }: Plain, value: PlainValue, unset = ""): string {
  if (value === null) return unset;
  return form.kind === "day" ? dayText(String(value)) : i18n.number(Number(value));
}

/** Least first. What has no value comes last, whichever way. */
export function comparePlain(a: PlainValue, b: PlainValue, direction: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (a === b) return 0;
  return a < b ? -direction : direction;
}
