/** What happened to an account, in words. */
import { t } from "@lingui/core/macro";

export function happened(kind: string): string {
  switch (kind) {
    case "login":
      return t`Signed in`;
    case "new_device":
      return t`Signed in with a new device`;
    case "login_failed":
      return t`A wrong password was tried`;
    case "guessed_at":
      return t`Many wrong passwords were tried`;
    case "password_changed":
    case "password_reset":
      return t`New password`;
    case "email_changed":
      return t`New e-mail address`;
    case "factor_added":
      return t`Authenticator set up`;
    case "factor_removed":
      return t`Second factor removed`;
    case "passkey_added":
      return t`Passkey added`;
    case "passkey_removed":
      return t`Passkey removed`;
    case "token_created":
      return t`Personal token created`;
    case "token_revoked":
      return t`Personal token revoked`;
    case "sessions_ended":
      return t`All sessions ended`;
    case "reset_link_made":
      return t`Link for a new password created`;
    case "activated":
      return t`Account activated`;
    case "deactivated":
      return t`Account deactivated`;
    case "admin_granted":
      return t`Made an administrator`;
    case "admin_revoked":
      return t`No administrator any more`;
    case "erased":
      return t`Account deleted`;
    default:
      return kind;
  }
}
