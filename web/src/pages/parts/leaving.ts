/** The ways out: signing out, and what is forgotten with a session. */
import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { ApiError } from "../../http/client";
import { logout } from "../../http/endpoints";
import { explain } from "../../http/explain";
import { keys } from "../../sync/cache";
import { pending } from "../../sync/pending";
import { rememberLeaving, rememberSignedIn } from "../../sync/prefs";
import { toast } from "../../sync/toasts";

/** Forgets what was read with a session that is over, and shows the way in. */
export function useForgetting(): () => void {
  const client = useQueryClient();
  const [, go] = useLocation();
  return () => {
    rememberSignedIn(false);
    go("/login");
    client.clear();
    client.setQueryData(keys.me, null);
  };
}

export function useLogout(): () => Promise<void> {
  const forget = useForgetting();
  const [, go] = useLocation();
  return async () => {
    if (pending().length > 0) {
      // Nobody who signs in here later should find them, and they should not be lost unseen.
      toast(t`Some changes are not sent yet. Send or discard them first.`, { kind: "error" });
      go("/unsent");
      return;
    }
    try {
      await logout();
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 0)) {
        toast(explain(error), { kind: "error" });
        return;
      }
      rememberLeaving(true);
    }
    forget();
  };
}
