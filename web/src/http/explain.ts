/** What the services say of a refusal or a failure, in the words of the site. */
import { t } from "@lingui/core/macro";
import { ApiError } from "./client";

/** What a failed call means to the person in front of it, and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return t`Something went wrong here. Reload the page and try again.`;
  if (error.status === 0) return t`The server cannot be reached. Check your connection and try again.`;
  if (error.code === "invalid_credentials") return t`The e-mail or the password is wrong.`;
  if (error.code === "email_not_verified") return t`Confirm your e-mail address first: the link is in your mail.`;
  if (error.code === "invalid_token") return t`This link cannot be used any more. Ask for another one.`;
  if (error.code === "totp_required") return t`A code of your authenticator is needed too.`;
  if (error.code === "second_factor_required") return t`A second factor is required here.`;
  if (error.status === 401) return t`You are signed out. Sign in again.`;
  if (error.status === 403) return t`Your role in this project does not allow that. Ask an owner.`;
  if (error.status === 404) return t`This does not exist any more, or you have no access to it.`;
  if (error.status === 412 || error.code === "changed_since") return t`Someone changed this in the meantime.`;
  if (error.status === 413) return t`That is too large. Make it shorter.`;
  if (error.status === 429) return t`Too many attempts. Wait ${error.retryAfter ?? 60} seconds and try again.`;
  if (error.status >= 500) return t`The server has a problem right now. Try again in a moment.`;
  return said(error.errors[0]?.message ?? error.message);
}

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
    case "is wrong, or was used before":
    case "is wrong: look at the clock of the device":
      return t`The code is wrong or was used before. Check the clock of your device.`;
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
    case "at most 150000 bytes":
      return t`It is too long to be kept. Emoji count fourfold, Korean letters threefold.`;
    case "must be one line":
      return t`It must be one line.`;
    default: {
      const longest = /^at most (\d+)( characters)?$/.exec(message);
      const most = Number(longest?.[1]).toLocaleString(document.documentElement.lang || undefined);
      if (longest) return longest[2] ? t`It may have at most ${most} characters.` : t`There may be at most ${most}.`;
      // A field's message is the end of a sentence.
      const text = message.charAt(0).toUpperCase() + message.slice(1);
      return /[.!?]$/.test(text) ? text : `${text}.`;
    }
  }
}
