/** What is wrong, in the words of the site, by the code that the services give it. */
import { t } from "@lingui/core/macro";

/** A service's word on what is wrong; `message` is English, for what this version of the site does not know. */
export interface Fault {
  code: string;
  message: string;
  limit?: number | undefined;
}

/** A sentence, or null for a code that is not known here. */
export function inWords({ code, limit = 0 }: Fault): string | null {
  const bound = limit.toLocaleString(document.documentElement.lang || undefined);
  switch (code) {
    case "required":
    case "empty":
      return t`It must not be empty.`;
    case "too_short":
      return t`It must have at least ${bound} characters.`;
    case "too_long":
      return t`It may have at most ${bound} characters.`;
    case "too_many":
      return t`There may be at most ${bound}.`;
    case "too_many_bytes":
      return t`It is too long to be kept. Emoji count fourfold, Korean letters threefold.`;
    case "too_small":
      return t`It must be at least ${bound}.`;
    case "too_large":
      return t`It may be at most ${bound}.`;
    case "wrong_step":
      return t`It goes in steps of ${bound}.`;
    case "one_line":
      return t`It must be one line.`;
    case "control_characters":
    case "not_text":
      return t`It has characters that cannot be kept.`;
    case "not_a_number":
      return t`This is not a number.`;
    case "not_a_date":
    case "not_a_time":
      return t`This is not a date.`;
    case "not_a_time_zone":
      return t`This time zone is not known.`;
    case "not_a_choice":
    case "unknown_field":
    case "unknown_parameter":
    case "malformed_json":
    case "key_reused":
    case "unknown_version":
    case "invalid":
      return t`The server does not take this. Reload the page and try again.`;
    case "not_an_address":
      return t`This is not an e-mail address.`;
    case "wrong_password":
      return t`This is not your current password.`;
    case "wrong_code":
      return t`The code is wrong or was used before. Check the clock of your device.`;
    case "proves_nothing":
      return t`This passkey does not prove who you are. Try another one.`;
    case "password_repeats":
      return t`It repeats the same characters.`;
    case "password_sequence":
      return t`It is a sequence of characters. Choose another one.`;
    case "password_guessable":
      return t`It is easily guessed: a word, a name or a pattern with little added. Choose another one.`;
    case "password_common":
      return t`It is one of the most common passwords. Choose another one.`;
    case "password_personal":
      return t`It must not be your name or e-mail address.`;
    case "invalid_token":
      return t`This link cannot be used any more. Ask for another one.`;
    case "not_members":
      return t`Only members of the project can be assigned.`;
    case "not_a_user":
      return t`This person has no account here.`;
    case "not_a_status":
      return t`The project does not have this status any more.`;
    case "not_a_task":
      return t`The task beside it is not there any more.`;
    case "not_unique":
      return t`Each needs a name of its own.`;
    case "needs_status":
      return t`A project needs a status.`;
    case "after_end":
      return t`The first day is after the last.`;
    case "too_many_days":
      return t`There may be at most ${bound} days.`;
    case "too_many_tasks":
      return t`At most ${bound} tasks are made at once.`;
    case "line_too_full":
      return t`A line says more than a task may have.`;
    case "asks_of_today":
      return t`This asks for what is so today, and cannot be asked of a moment in the past.`;
    case "bad_query":
      return t`The query is not understood.`;
    case "one_use_by_mail":
      return t`An invitation by mail is for one person.`;
    case "project_deleted":
      return t`The project is deleted. Restore it first.`;
    case "task_deleted":
      return t`The task is deleted. Restore it first.`;
    case "comment_deleted":
      return t`The comment is deleted.`;
    case "needs_owner":
      return t`A project needs an owner. Make someone else an owner first.`;
    case "no_room":
      return t`There is no room left between these two tasks. Put the upper one elsewhere first.`;
    case "busy":
      return t`Others are changing this right now. Try again.`;
    case "email_taken":
      return t`There is an account with this e-mail address already.`;
    case "other_address":
      return t`The invitation is for another address: use the one that it was mailed to.`;
    case "last_administrator":
      return t`Somebody has to administer. Make another one an administrator first.`;
    case "last_factor":
      return t`A second factor is required here. Set up another one first.`;
    case "only_way_in":
      return t`It is your only way in. Set a password first.`;
    case "too_many_passkeys":
      return t`There are too many passkeys. Remove one first.`;
    case "too_many_tokens":
      return t`There are too many tokens. Revoke one first.`;
    case "too_many_invitations":
      return t`Too many invitations are open. Withdraw one first.`;
    case "import_running":
      return t`Another import of yours is running. Wait for it, or stop it.`;
    case "import_over":
      return t`This import has gone on meanwhile. Reload the page.`;
    case "question_open":
      return t`A question about the file has to be answered first.`;
    default:
      return null;
  }
}
