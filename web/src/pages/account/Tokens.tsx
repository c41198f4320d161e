import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { addToken, removeToken } from "../../http/account";
import { explain } from "../../http/explain";
import type { Scope } from "../../http/types";
import { ago, fullTime } from "../../lib/dates";
import { keys } from "../../sync/cache";
import { toast } from "../../sync/toasts";
import { Icon } from "../../ui/icons";
import { Failed } from "../parts/Failed";
import { useProof } from "./Proof";
import { useTokens } from "./queries";

type May = "read" | "work" | "all";
const MAY: Record<May, Scope[]> = {
  read: ["tasks:read"],
  work: ["tasks:read", "tasks:write"],
  all: ["tasks:read", "tasks:write", "projects:write", "notifications", "account"],
};

/** Personal tokens: made with a name, shown once, revoked one by one. */
export function Tokens() {
  const client = useQueryClient();
  const tokens = useTokens();
  const [name, setName] = useState("");
  const [made, setMade] = useState("");
  const [may, setMay] = useState<May>("read");
  const [days, setDays] = useState(90);
  const [proving, proof] = useProof();
  const again = () => client.invalidateQueries({ queryKey: keys.tokens });
  async function make(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      await proving(async () => {
        const { token } = await addToken({
          name: name.trim(),
          scopes: MAY[may],
          ...(days > 0 ? { expires_in: days * 86_400 } : {}),
        });
        setMade(token ?? "");
        setName("");
        await again();
      });
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
    await again();
  }
  async function revoke(id: string): Promise<void> {
    try {
      await removeToken(id);
      toast(t`Token revoked`);
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
    await again();
  }
  return (
    <section className="section" aria-labelledby="tokens-heading">
      <h2 id="tokens-heading">
        <Trans>Personal tokens</Trans>
      </h2>
      <p className="section-hint">
        <Trans>A program that sends a token acts as you. Revoke a token when nothing uses it any more.</Trans>
      </p>
      {tokens.error && !tokens.data && <Failed error={tokens.error} retry={() => void tokens.refetch()} />}
      {made && <Made token={made} onClose={() => setMade("")} />}
      <ul className="device-list">
        {tokens.data?.map((token) => (
          <li key={token.id}>
            <span className="device-icon">
              <Icon name="key" size={18} />
            </span>
            <div className="member-name">
              <span>{token.name}</span>
              <small>
                <time dateTime={token.created_at} title={fullTime(token.created_at)}>
                  <Trans>created {ago(token.created_at)}</Trans>
                </time>
                {" · "}
                {token.last_used_at ? <Trans>used {ago(token.last_used_at)}</Trans> : <Trans>never used</Trans>}
                {token.expires_at && (
                  <>
                    {" · "}
                    <Trans>ends on {fullTime(token.expires_at)}</Trans>
                  </>
                )}
              </small>
            </div>
            <button
              type="button"
              className="button small"
              onClick={() => void revoke(token.id)}
              aria-label={t`Revoke ${token.name}`}
            >
              <Trans>Revoke</Trans>
            </button>
          </li>
        ))}
      </ul>
      <form className="inline-form" onSubmit={make}>
        <div className="field">
          <label htmlFor="token-name">
            <Trans>What the token is for</Trans>
          </label>
          <input
            id="token-name"
            className="input"
            value={name}
            maxLength={100}
            required
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="token-may">
            <Trans>Permissions</Trans>
          </label>
          <select id="token-may" className="input" value={may} onChange={(event) => setMay(event.target.value as May)}>
            <option value="read">{t`read tasks`}</option>
            <option value="work">{t`read and change tasks`}</option>
            <option value="all">{t`do all that I may`}</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="token-days">
            <Trans>Expires in</Trans>
          </label>
          <select
            id="token-days"
            className="input"
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {[30, 90, 365].map((count) => (
              <option key={count} value={count}>
                {plural(count, { one: "# day", other: "# days" })}
              </option>
            ))}
            <option value={0}>{t`never`}</option>
          </select>
        </div>
        <button type="submit" className="button" disabled={!name.trim()}>
          <Icon name="plus" />
          <Trans>Create token</Trans>
        </button>
      </form>
      {proof}
    </section>
  );
}

function Made({ token, onClose }: { token: string; onClose: () => void }) {
  const copy = () =>
    navigator.clipboard.writeText(token).then(
      () => toast(t`Token copied`),
      () => toast(t`The browser does not allow copying. Select the token and copy it.`, { kind: "error" }),
    );
  return (
    <div className="made-token" role="status">
      <p>
        <Trans>Copy the token now. It is shown this once.</Trans>
      </p>
      <code>{token}</code>
      <div className="section-actions">
        <button type="button" className="button small primary" onClick={() => void copy()}>
          <Trans>Copy</Trans>
        </button>
        <button type="button" className="button small" onClick={onClose}>
          <Trans>Done</Trans>
        </button>
      </div>
    </div>
  );
}
