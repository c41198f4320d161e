/** What the services say in English, in the reader's language where it is met in daily use. */
import { t } from "@lingui/core/macro";

export function said(message: string): string {
  switch (message) {
    case "must have at least 8 characters":
      return t`It must have at least 8 characters.`;
    case "must have at most 128 characters":
      return t`It must have at most 128 characters.`;
    case "must not be your name or e-mail address":
      return t`It must not be your name or e-mail address.`;
    case "repeats the same characters":
      return t`It repeats the same characters.`;
    case "is among the most common passwords":
      return t`It is one of the most common passwords. Choose another one.`;
    case "must be an e-mail address":
      return t`This is not an e-mail address.`;
    case "must not be empty":
      return t`It must not be empty.`;
    case "is not your password":
      return t`This is not your current password.`;
    case "must be registered members of the project":
      return t`Only members of the project can be assigned.`;
    case "The task is deleted; restore it first.":
      return t`The task is deleted. Restore it first.`;
    case "The comment is deleted.":
      return t`The comment is deleted.`;
    case "A project needs an owner: make someone else an owner first.":
      return t`A project needs an owner. Make someone else an owner first.`;
    case "The project is deleted; restore it first.":
      return t`The project is deleted. Restore it first.`;
    default: {
      // A field's message is the end of a sentence.
      const text = message.charAt(0).toUpperCase() + message.slice(1);
      return /[.!?]$/.test(text) ? text : `${text}.`;
    }
  }
}
