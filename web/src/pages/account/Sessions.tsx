import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { endOtherSessions, endSession } from "../../http/account";
import { explain } from "../../http/explain";
import type { Session } from "../../http/types";
import { deviceOf } from "../../lib/agent";
import { ago, fullTime } from "../../lib/dates";
import { keys } from "../../sync/cache";
import { toast } from "../../sync/toasts";
import { Icon } from "../../ui/icons";
import { Failed } from "../parts/Failed";
import { Skeleton } from "../parts/Skeleton";
import { useProof } from "./Proof";
import { useSessions } from "./queries";

const ICONS = { computer: "computer", phone: "phone", program: "terminal" } as const;

/** Where this person is signed in: this browser first, then what was used last. */
export function Sessions() {
  const client = useQueryClient();
  const sessions = useSessions();
  const [busy, setBusy] = useState(false);
  const [proving, proof] = useProof();
  async function end(work: () => Promise<unknown>, done: string): Promise<void> {
    setBusy(true);
    try {
      await proving(async () => {
        await work();
        toast(done);
        await client.invalidateQueries({ queryKey: keys.sessions });
      });
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
    await client.invalidateQueries({ queryKey: keys.sessions });
    setBusy(false);
  }
  const items = sessions.data?.toSorted(
    (one, other) => Number(other.current) - Number(one.current) || other.used_at.localeCompare(one.used_at),
  );
  return (
    <section className="section" aria-labelledby="sessions-heading">
      <h2 id="sessions-heading">
        <Trans>Where you are signed in</Trans>
      </h2>
      <p className="section-hint">
        <Trans>Sign out wherever you do not recognise a device, then change your password.</Trans>
      </p>
      {sessions.isPending && <Skeleton rows={2} />}
      {sessions.error && !items && <Failed error={sessions.error} retry={() => void sessions.refetch()} />}
      <ul className="device-list">
        {items?.map((session) => (
          <Device
            key={session.id}
            session={session}
            busy={busy}
            onEnd={() => void end(() => endSession(session.id), t`Signed out there`)}
          />
        ))}
      </ul>
      {items && items.length > 1 && (
        <button
          type="button"
          className="button"
          disabled={busy}
          onClick={() => void end(endOtherSessions, t`Signed out everywhere else`)}
        >
          <Icon name="logout" />
          <Trans>Sign out everywhere else</Trans>
        </button>
      )}
      {proof}
    </section>
  );
}

function Device({ session, busy, onEnd }: { session: Session; busy: boolean; onEnd: () => void }) {
  const { kind, name, system } = deviceOf(session.agent);
  const browser = name || t`Unknown program`;
  const label = system ? t`${browser} on ${system}` : browser;
  return (
    <li>
      <span className="device-icon">
        <Icon name={ICONS[kind]} size={18} />
      </span>
      <div className="member-name">
        <span>{label}</span>
        <small>
          {session.current ? (
            <span className="here">
              <Trans>This device</Trans>
            </span>
          ) : (
            <time dateTime={session.used_at} title={fullTime(session.used_at)}>
              <Trans>Last used {ago(session.used_at)}</Trans>
            </time>
          )}
          {" · "}
          <time dateTime={session.created_at} title={fullTime(session.created_at)}>
            <Trans>signed in {ago(session.created_at)}</Trans>
          </time>
          {session.place && ` · ${session.place}`}
        </small>
      </div>
      {!session.current && (
        <button
          type="button"
          className="button small"
          disabled={busy}
          onClick={onEnd}
          aria-label={t`Sign out ${label}`}
        >
          <Trans>Sign out</Trans>
        </button>
      )}
    </li>
  );
}
