import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import * as api from "../../../http/account";
import { ApiError } from "../../../http/client";
import { explain, said } from "../../../http/explain";
import type { Invitation, Project, Role } from "../../../http/types";
import { fullTime } from "../../../lib/dates";
import { keys } from "../../../sync/cache";
import { toast } from "../../../sync/toasts";
import { Dialog } from "../../../ui/Dialog";
import { Icon } from "../../../ui/icons";
import { ROLES, roleName } from "../../../ui/words";

/** Ways into the project that are open, and a new one: a link, or a mail to one person. */
export function Invitations({ project }: { project: Project }) {
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const found = useQuery({
    queryKey: keys.invitations(project.id),
    queryFn: () => api.invitations(project.id),
    staleTime: 0,
  });
  const again = () => client.invalidateQueries({ queryKey: keys.invitations(project.id) });
  async function withdraw(id: string): Promise<void> {
    try {
      await api.withdrawInvitation(project.id, id);
      toast(t`Invitation withdrawn`);
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
    await again();
  }
  const open = (found.data ?? []).filter((one) => one.uses < one.max_uses);
  return (
    <div className="invitations">
      {open.length > 0 && (
        <>
          <h3>
            <Trans>Open invitations</Trans>
          </h3>
          <ul className="device-list">
            {open.map((one) => (
              <li key={one.id}>
                <span className="device-icon">
                  <Icon name={one.email ? "mail" : "link"} size={18} />
                </span>
                <div className="member-name">
                  <span>{one.email ?? <Trans>By link</Trans>}</span>
                  <small>{hint(one)}</small>
                </div>
                <button
                  type="button"
                  className="button small"
                  aria-label={one.email ? t`Withdraw the invitation of ${one.email}` : t`Withdraw the link`}
                  onClick={() => void withdraw(one.id)}
                >
                  <Trans>Withdraw</Trans>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <button type="button" className="button" onClick={() => setInviting(true)}>
        <Icon name="mail" />
        <Trans>Invite somebody</Trans>
      </button>
      {inviting && (
        <Invite
          project={project}
          onClose={() => {
            setInviting(false);
            void again();
          }}
        />
      )}
    </div>
  );
}

function hint(one: Invitation): string {
  const role = roleName(one.role);
  const left = one.max_uses - one.uses;
  const until = fullTime(one.expires_at);
  return t`${role} · ${left} left · until ${until}`;
}

function Invite({ project, onClose }: { project: Project; onClose: () => void }) {
  const [role, setRole] = useState<Role>("member");
  const [email, setEmail] = useState("");
  const [uses, setUses] = useState(1);
  const [url, setUrl] = useState("");
  const [error, setError] = useState<unknown>(null);
  const message = error instanceof ApiError ? said(error.field("email")) : undefined;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setError(null);
    const to = email.trim();
    try {
      const made = await api.invite(project.id, { role, ...(to ? { email: to } : { max_uses: uses }) });
      setUrl(made.url ?? "");
    } catch (cause) {
      setError(cause);
    }
  }
  const copy = () =>
    navigator.clipboard.writeText(url).then(
      () => toast(t`Link copied`),
      () => toast(t`The browser does not allow copying. Select the link and copy it.`, { kind: "error" }),
    );
  if (url) {
    return (
      <Dialog title={email ? t`The invitation is on its way` : t`The link is ready`} onClose={onClose}>
        <p>
          {email ? (
            <Trans>Only whoever has this address can use the link. It is shown this once.</Trans>
          ) : (
            <Trans>Whoever has the link can come in. It is shown this once, and works for seven days.</Trans>
          )}
        </p>
        <p className="invitation-link">
          <code>{url}</code>
        </p>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            <Trans>Done</Trans>
          </button>
          <button type="button" className="button primary" data-autofocus onClick={() => void copy()}>
            <Trans>Copy the link</Trans>
          </button>
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={t`Invite to ${project.name}`} onClose={onClose}>
      <form onSubmit={submit} className="invite-form">
        <div className="field">
          <label htmlFor="invite-email">
            <Trans>E-mail (leave it empty for a link)</Trans>
          </label>
          <input
            id="invite-email"
            className="input"
            type="email"
            autoComplete="off"
            data-autofocus
            value={email}
            aria-invalid={!!message}
            onChange={(event) => setEmail(event.target.value)}
          />
          {message && (
            <p className="field-error" role="alert">
              {message}
            </p>
          )}
        </div>
        <div className="field">
          <label htmlFor="invite-role">
            <Trans>Role</Trans>
          </label>
          <select
            id="invite-role"
            className="input"
            value={role}
            onChange={(event) => setRole(event.target.value as Role)}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {roleName(one)}
              </option>
            ))}
          </select>
        </div>
        {!email.trim() && (
          <div className="field">
            <label htmlFor="invite-uses">
              <Trans>How many people may use the link</Trans>
            </label>
            <input
              id="invite-uses"
              className="input"
              type="number"
              min={1}
              max={1000}
              required
              value={uses}
              onChange={(event) => setUses(event.target.valueAsNumber || 1)}
            />
          </div>
        )}
        {error !== null && !message && (
          <p className="form-error" role="alert">
            {explain(error)}
          </p>
        )}
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            <Trans>Cancel</Trans>
          </button>
          <button type="submit" className="button primary">
            {email.trim() ? <Trans>Send the invitation</Trans> : <Trans>Make the link</Trans>}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
