/** What the services say of a refusal or a failure, in the words of the site. */
import { t } from "@lingui/core/macro";
import { ApiError, type FieldError } from "./client";
import { told } from "./faults";

/** What a failed call means to the person in front of it, and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return t`Something went wrong here. Reload the page and try again.`;
  if (error.status === 0) return t`The server cannot be reached. Check your connection and try again.`;
  if (error.code === "invalid_credentials") return t`The e-mail or the password is wrong.`;
  if (error.code === "email_not_verified") return t`Confirm your e-mail address first: the link is in your mail.`;
  if (error.code === "invalid_token") return t`This link cannot be used any more. Ask for another one.`;
  if (error.code === "totp_required") return t`A code of your authenticator is needed too.`;
  if (error.code === "second_factor_required") return t`A second factor is required here.`;
  if (error.code === "deactivated") return t`Your account is deactivated. Ask whoever runs this board.`;
  if (error.status === 401) return t`You are signed out. Sign in again.`;
  if (error.reason === "other_address") return told({ code: error.reason, message: error.message });
  if (error.status === 403) return t`Your role in this project does not allow that. Ask an owner.`;
  if (error.status === 404) return t`This does not exist any more, or you have no access to it.`;
  if (error.status === 412 || error.code === "changed_since") return t`Someone changed this in the meantime.`;
  if (error.status === 413) return t`That is too large. Make it shorter.`;
  if (error.status === 429) return t`Too many attempts. Wait ${error.retryAfter ?? 60} seconds and try again.`;
  if (error.status >= 500) return t`The server has a problem right now. Try again in a moment.`;
  const { code, message } = error;
  return told(error.errors[0] ?? { code: error.reason ?? code, message });
}

/** What is wrong with a field, where the services named it. */
export const said = (error: FieldError | undefined): string | undefined => error && told(error);
