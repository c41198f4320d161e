import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { eraseMe } from "../../http/account";
import { ApiError } from "../../http/client";
import { explain } from "../../http/explain";
import { dropDraftsOf } from "../../sync/drafts";
import { useMe } from "../../sync/queries";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { PasswordField } from "../../ui/PasswordField";
import { useForgetting } from "../parts/leaving";

/** The way out: name, address and password are forgotten; what was done stays, by a former member. */
export function Erase() {
  const [asking, setAsking] = useState(false);
  return (
    <section className="section" aria-labelledby="erase-heading">
      <h2 id="erase-heading">
        <Trans>Delete the account</Trans>
      </h2>
      <p className="section-hint">
        <Trans>Your name, address and password are forgotten. Tasks and comments stay, by “Former member”.</Trans>
      </p>
      <button type="button" className="button danger" onClick={() => setAsking(true)}>
        <Icon name="trash" />
        <Trans>Delete the account</Trans>
      </button>
      {asking && <Confirm onClose={() => setAsking(false)} />}
    </section>
  );
}

function Confirm({ onClose }: { onClose: () => void }) {
  const forget = useForgetting();
  const me = useMe().data;
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const wrong = error instanceof ApiError && error.field("password") !== undefined;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setError(null);
    try {
      await eraseMe(password);
      if (me) dropDraftsOf(me.id);
      forget();
    } catch (cause) {
      setError(cause);
    }
  }
  return (
    <Dialog title={t`Delete the account?`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>
          <Trans>This cannot be taken back. Make someone else an owner of your projects first.</Trans>
        </p>
        <PasswordField
          label={t`Current password`}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={wrong ? t`This is not your current password.` : undefined}
        />
        {error !== null && !wrong && (
          <p className="form-error" role="alert">
            {explain(error)}
          </p>
        )}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            <Trans>Cancel</Trans>
          </button>
          <button type="submit" className="button danger" disabled={!password}>
            <Trans>Delete the account</Trans>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
