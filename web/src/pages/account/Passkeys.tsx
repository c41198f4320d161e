import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addPasskey, passkeyOptions, passkeys, removePasskey } from "../../http/account";
import { explain } from "../../http/explain";
import { deviceOf } from "../../lib/agent";
import { ago, fullTime } from "../../lib/dates";
import { Cancelled, canHavePasskeys, madePasskey } from "../../lib/passkeys";
import { keys } from "../../sync/cache";
import { toast } from "../../sync/toasts";
import { Icon } from "../../ui/icons";
import { Failed } from "../parts/Failed";
import { useProof } from "./Proof";

/** Passkeys: a device with a fingerprint, a face or a PIN lets one in, and nothing has to be remembered. */
export function Passkeys({ onAdded }: { onAdded?: () => void }) {
  const client = useQueryClient();
  const known = useQuery({ queryKey: keys.passkeys, queryFn: passkeys, staleTime: 0 });
  const [busy, setBusy] = useState(false);
  const [proving, proof] = useProof();
  const again = () => client.invalidateQueries({ queryKey: keys.passkeys });
  async function add(): Promise<void> {
    setBusy(true);
    try {
      await proving(async () => {
        const credential = await madePasskey(await passkeyOptions());
        const { name, system } = deviceOf(navigator.userAgent);
        await addPasskey([name, system].filter(Boolean).join(", ") || t`Passkey`, credential);
        toast(t`Passkey added`);
        onAdded?.();
      });
    } catch (error) {
      if (!(error instanceof Cancelled)) toast(explain(error), { kind: "error" });
    }
    setBusy(false);
    await again();
  }
  async function remove(id: string): Promise<void> {
    try {
      await proving(async () => {
        await removePasskey(id);
        toast(t`Passkey removed`);
        await again();
      });
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
    await again();
  }
  return (
    <section className="section" aria-labelledby="passkeys-heading">
      <h2 id="passkeys-heading">
        <Trans>Passkeys</Trans>
      </h2>
      <p className="section-hint">
        <Trans>Sign in by fingerprint, face or the PIN of a device. No password can be guessed or stolen then.</Trans>
      </p>
      {known.error && !known.data && <Failed error={known.error} retry={() => void known.refetch()} />}
      <ul className="device-list">
        {known.data?.map((one) => (
          <li key={one.id}>
            <span className="device-icon">
              <Icon name="key" size={18} />
            </span>
            <div className="member-name">
              <span>{one.name}</span>
              <small>
                <time dateTime={one.created_at} title={fullTime(one.created_at)}>
                  <Trans>created {ago(one.created_at)}</Trans>
                </time>
                {" · "}
                {one.used_at ? <Trans>used {ago(one.used_at)}</Trans> : <Trans>never used</Trans>}
              </small>
            </div>
            <button
              type="button"
              className="button small"
              onClick={() => void remove(one.id)}
              aria-label={t`Remove the passkey ${one.name}`}
            >
              <Trans>Remove</Trans>
            </button>
          </li>
        ))}
      </ul>
      {canHavePasskeys() ? (
        <button type="button" className="button" disabled={busy} onClick={() => void add()}>
          <Icon name="plus" />
          <Trans>Add a passkey</Trans>
        </button>
      ) : (
        <p className="field-hint">
          <Trans>Passkeys need HTTPS and a site with a name. Here the address is a number or is not protected.</Trans>
        </p>
      )}
      {proof}
    </section>
  );
}
