/** The words of the domain, in the reader's language. */
import { t } from "@lingui/core/macro";
import type { Category, Color, Priority, Role, Status } from "../http/types";

export const PRIORITIES: Priority[] = ["urgent", "high", "medium", "low", "none"];
export const ROLES: Role[] = ["owner", "member", "viewer"];
export const CATEGORIES: Category[] = ["waiting", "active", "done"];

export function priorityName(priority: Priority): string {
  switch (priority) {
    case "urgent":
      return t`Urgent`;
    case "high":
      return t`High`;
    case "medium":
      return t`Medium`;
    case "low":
      return t`Low`;
    case "none":
      return t`No priority`;
  }
}

export function roleName(role: Role): string {
  switch (role) {
    case "owner":
      return t`Owner`;
    case "member":
      return t`Member`;
    case "viewer":
      return t`Viewer`;
  }
}

export function categoryName(category: Category): string {
  switch (category) {
    case "waiting":
      return t`Waiting`;
    case "active":
      return t`Active`;
    case "done":
      return t`Done`;
  }
}

export function colorName(color: Color): string {
  switch (color) {
    case "gray":
      return t`Grey`;
    case "red":
      return t`Red`;
    case "orange":
      return t`Orange`;
    case "yellow":
      return t`Yellow`;
    case "green":
      return t`Green`;
    case "teal":
      return t`Teal`;
    case "blue":
      return t`Blue`;
    case "purple":
      return t`Purple`;
    case "pink":
      return t`Pink`;
  }
}

/** The statuses that every project begins with speak the reader's language until someone renames them. */
export function statusName({ key, name }: Pick<Status, "key" | "name">): string {
  if (key === "waiting" && name === "Waiting") return t`Waiting`;
  if (key === "in_progress" && name === "In progress") return t`In progress`;
  if (key === "done" && name === "Done") return t`Done`;
  return name;
}
