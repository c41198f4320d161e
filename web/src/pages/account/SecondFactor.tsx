import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { beginTotp, confirmTotp, removeTotp, secondFactor } from "../../http/account";
import { ApiError } from "../../http/client";
import { explain, said } from "../../http/explain";
import { keys } from "../../sync/cache";
import { toast } from "../../sync/toasts";
import { Dialog } from "../../ui/Dialog";
import { CodeField } from "../parts/CodeField";
import { Failed } from "../parts/Failed";
import { useProof } from "./Proof";

interface Secret {
  secret: string;
  uri: string;
  qr: string;
}

/** An authenticator: its codes are asked for after the password. */
export function SecondFactor({ onAdded }: { onAdded?: () => void }) {
  const client = useQueryClient();
  const known = useQuery({ queryKey: keys.factor, queryFn: secondFactor, staleTime: 0 });
  const [secret, setSecret] = useState<Secret | null>(null);
  const [codes, setCodes] = useState<string[]>([]);
  const [removing, setRemoving] = useState(false);
  const [proving, proof] = useProof();
  const again = () => client.invalidateQueries({ queryKey: keys.factor });
  async function begin(): Promise<void> {
    try {
      await proving(async () => setSecret(await beginTotp()));
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
  }
  const left = known.data?.recovery_codes ?? 0;
  return (
    <section className="section" aria-labelledby="factor-heading">
      <h2 id="factor-heading">
        <Trans>Authenticator</Trans>
      </h2>
      {known.error && !known.data && <Failed error={known.error} retry={() => void known.refetch()} />}
      <p className="section-hint">
        {known.data?.enabled ? (
          <>
            <Trans>After your password you are asked for a code of your authenticator.</Trans>{" "}
            {plural(left, { one: "# recovery code is left.", other: "# recovery codes are left." })}
          </>
        ) : (
          <Trans>An app shows a new code every half minute. Whoever finds out your password cannot get in then.</Trans>
        )}
      </p>
      {codes.length > 0 && (
        <Codes
          codes={codes}
          onClose={() => {
            setCodes([]);
            onAdded?.();
          }}
        />
      )}
      {known.data && codes.length === 0 && (
        <div className="section-actions">
          {known.data.enabled ? (
            <button type="button" className="button" onClick={() => setRemoving(true)}>
              <Trans>Remove the authenticator</Trans>
            </button>
          ) : (
            <button type="button" className="button" onClick={() => void begin()}>
              <Trans>Set up an authenticator</Trans>
            </button>
          )}
        </div>
      )}
      {secret && (
        <SetUp
          secret={secret}
          onClose={() => setSecret(null)}
          onDone={(made) => {
            setSecret(null);
            setCodes(made);
            void again();
          }}
        />
      )}
      {removing && (
        <Remove
          onClose={() => setRemoving(false)}
          onDone={() => {
            setRemoving(false);
            toast(t`Authenticator removed`);
            void again();
          }}
        />
      )}
      {proof}
    </section>
  );
}

function SetUp({ secret, onClose, onDone }: { secret: Secret; onClose: () => void; onDone: (c: string[]) => void }) {
  return (
    <Dialog title={t`Set up an authenticator`} onClose={onClose}>
      <ByCode action={t`Turn it on`} onClose={onClose} work={async (code) => onDone(await confirmTotp(code))}>
        <p>
          <Trans>Scan this with an authenticator app, or type the key into it.</Trans>
        </p>
        <img className="qr" src={secret.qr} alt={t`QR code of the key below`} />
        <code className="totp-key">{secret.secret.match(/.{1,4}/g)?.join(" ")}</code>
        <p>
          <a href={secret.uri}>
            <Trans>Open it in an app on this device</Trans>
          </a>
        </p>
      </ByCode>
    </Dialog>
  );
}

function Remove({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  return (
    <Dialog title={t`Remove the authenticator?`} onClose={onClose}>
      <ByCode
        action={t`Remove`}
        onClose={onClose}
        work={async (code) => {
          await removeTotp(code);
          onDone();
        }}
      >
        <p>
          <Trans>A code of it or a recovery code shows that it is you. Then your password alone lets you in.</Trans>
        </p>
      </ByCode>
    </Dialog>
  );
}

interface ByCodeProps {
  action: string;
  work: (code: string) => Promise<void>;
  onClose: () => void;
  children: React.ReactNode;
}

function ByCode({ action, work, onClose, children }: ByCodeProps) {
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>(null);
  const message = error instanceof ApiError ? said(error.field("code")) : undefined;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      await work(code);
    } catch (cause) {
      setError(cause);
    }
  }
  return (
    <form onSubmit={submit} className="invite-form">
      {children}
      <CodeField value={code} onChange={setCode} error={message ?? (error ? explain(error) : undefined)} />
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          <Trans>Cancel</Trans>
        </button>
        <button type="submit" className="button primary" disabled={!code.trim()}>
          {action}
        </button>
      </footer>
    </form>
  );
}

function Codes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const copy = () =>
    navigator.clipboard.writeText(codes.join("\n")).then(
      () => toast(t`Codes copied`),
      () => toast(t`The browser does not allow copying. Select the codes and copy them.`, { kind: "error" }),
    );
  return (
    <div className="made-token" role="status">
      <p>
        <Trans>Keep these recovery codes where you find them without your phone. Each lets you in once.</Trans>
      </p>
      <ol className="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className="section-actions">
        <button type="button" className="button small primary" onClick={() => void copy()}>
          <Trans>Copy</Trans>
        </button>
        <button type="button" className="button small" onClick={onClose}>
          <Trans>I have kept them</Trans>
        </button>
      </div>
    </div>
  );
}
