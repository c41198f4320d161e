import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { changeEmail, sendVerification } from "../../http/account";
import { ApiError } from "../../http/client";
import { explain, said } from "../../http/explain";
import type { User } from "../../http/types";
import { toast } from "../../sync/toasts";
import { Dialog } from "../../ui/Dialog";
import { PasswordField } from "../../ui/PasswordField";

/** One's address: whether it is confirmed, and another one. */
export function Address({ me }: { me: User }) {
  const [changing, setChanging] = useState(false);
  async function confirm(): Promise<void> {
    try {
      await sendVerification();
      toast(t`A link is on its way to ${me.email ?? ""}`);
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
  }
  return (
    <section className="section" aria-labelledby="address-heading">
      <h2 id="address-heading">
        <Trans>E-mail address</Trans>
      </h2>
      <p className="section-hint">
        {me.email_verified ? (
          <Trans>{me.email} is confirmed as yours.</Trans>
        ) : (
          <Trans>{me.email} is not confirmed yet. Invitations by mail need that.</Trans>
        )}
      </p>
      <div className="section-actions">
        {!me.email_verified && (
          <button type="button" className="button" onClick={() => void confirm()}>
            <Trans>Send the link to confirm it</Trans>
          </button>
        )}
        <button type="button" className="button" onClick={() => setChanging(true)}>
          <Trans>Change the address</Trans>
        </button>
      </div>
      {changing && <ChangeAddress onClose={() => setChanging(false)} />}
    </section>
  );
}

function ChangeAddress({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const about = (name: string) => {
    return error instanceof ApiError ? said(error.field(name)) : undefined;
  };
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      await changeEmail(email.trim(), password);
      toast(t`A link is on its way to ${email.trim()}`);
      onClose();
    } catch (cause) {
      setError(cause);
    }
  }
  return (
    <Dialog title={t`Change the address`} onClose={onClose}>
      <form onSubmit={submit} className="invite-form">
        <p>
          <Trans>The address changes when you use the link that we send to the new one.</Trans>
        </p>
        <div className="field">
          <label htmlFor="new-email">
            <Trans>New e-mail address</Trans>
          </label>
          <input
            id="new-email"
            className="input"
            type="email"
            autoComplete="email"
            required
            data-autofocus
            value={email}
            aria-invalid={!!about("email")}
            onChange={(event) => setEmail(event.target.value)}
          />
          {about("email") && (
            <p className="field-error" role="alert">
              {about("email")}
            </p>
          )}
        </div>
        <PasswordField
          label={t`Password`}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={about("password")}
        />
        {error !== null && !about("email") && !about("password") && (
          <p className="form-error" role="alert">
            {explain(error)}
          </p>
        )}
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            <Trans>Cancel</Trans>
          </button>
          <button type="submit" className="button primary">
            <Trans>Send the link</Trans>
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
