import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, type ReactNode, useState } from "react";
import { passkeyLoginOptions, provePasskey, reauthenticate } from "../../http/account";
import { ApiError } from "../../http/client";
import { explain, said } from "../../http/explain";
import { Cancelled, canHavePasskeys, provenPasskey } from "../../lib/passkeys";
import { Dialog } from "../../ui/Dialog";
import { PasswordField } from "../../ui/PasswordField";

type Work = () => Promise<unknown>;

/**
 * Carries out what takes a password shown lately: where it was too long ago it is asked for, and then the work goes on. The
 * second value is to be drawn.
 */
export function useProof(): [(work: Work) => Promise<void>, ReactNode] {
  const [waiting, setWaiting] = useState<Work | null>(null);
  async function proving(work: Work): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "reauthentication_required")) throw error;
      setWaiting(() => work);
    }
  }
  return [proving, waiting && <Proof work={waiting} onClose={() => setWaiting(null)} />];
}

function Proof({ work, onClose }: { work: Work; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const message = error instanceof ApiError ? said(error.field("password")) : undefined;
  async function byPasskey(): Promise<void> {
    try {
      await provePasskey(await provenPasskey(await passkeyLoginOptions()));
      await work();
      onClose();
    } catch (cause) {
      if (!(cause instanceof Cancelled)) setError(cause);
    }
  }
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      await reauthenticate(password);
      await work();
      onClose();
    } catch (cause) {
      setError(cause);
    }
  }
  return (
    <Dialog title={t`Is it you?`} onClose={onClose}>
      <form onSubmit={submit} className="invite-form">
        <p>
          <Trans>This takes your password, as you signed in more than ten minutes ago.</Trans>
        </p>
        <PasswordField
          label={t`Password`}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={message}
        />
        {error !== null && !message && (
          <p className="form-error" role="alert">
            {explain(error)}
          </p>
        )}
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            <Trans>Cancel</Trans>
          </button>
          {canHavePasskeys() && (
            <button type="button" className="button" onClick={() => void byPasskey()}>
              <Trans>Use a passkey</Trans>
            </button>
          )}
          <button type="submit" className="button primary">
            <Trans>Go on</Trans>
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
