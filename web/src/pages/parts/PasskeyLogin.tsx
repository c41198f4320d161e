import { Trans } from "@lingui/react/macro";
import { useEffect, useRef } from "react";
import { loginByPasskey, passkeyLoginOptions } from "../../http/account";
import type { User } from "../../http/types";
import { Cancelled, canHavePasskeys, hadPasskey, provenPasskey } from "../../lib/passkeys";
import { Icon } from "../../ui/icons";

interface Props {
  onIn: (user: User) => void;
  onError: (error: unknown) => void;
}

/**
 * In by a passkey: a button, first where one was used on this device; and the browser offers those that it knows beside
 * the names in the field of the address.
 */
export function PasskeyLogin({ onIn, onError }: Props) {
  const offered = useRef<AbortController | null>(null);
  /** What the browser offers by itself, until it is over. */
  const offering = useRef<Promise<void>>(Promise.resolve());
  const current = useRef({ onIn, onError });
  current.current = { onIn, onError };
  async function enter(unasked?: AbortSignal): Promise<void> {
    try {
      current.current.onIn(await loginByPasskey(await provenPasskey(await passkeyLoginOptions(), unasked)));
    } catch (error) {
      if (!(error instanceof Cancelled || unasked)) current.current.onError(error);
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: offered once, for as long as the page is there
  useEffect(() => {
    if (!canHavePasskeys()) return;
    const stop = new AbortController();
    offered.current = stop;
    void PublicKeyCredential.isConditionalMediationAvailable?.().then((can) => {
      if (can && !stop.signal.aborted) offering.current = enter(stop.signal);
    });
    return () => stop.abort();
  }, []);
  if (!canHavePasskeys()) return null;
  return (
    <button
      type="button"
      className={`button wide ${hadPasskey() ? "primary" : ""}`}
      onClick={() => {
        // A browser asks one thing at a time, and refuses another while it still gives up the first.
        offered.current?.abort();
        void offering.current.then(() => enter());
      }}
    >
      <Icon name="key" />
      <Trans>Sign in with a passkey</Trans>
    </button>
  );
}
