import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ApiError } from "../../http/client";
import { explain } from "../../http/explain";
import { Empty } from "../../ui/Empty";

interface Props {
  error: unknown;
  retry?: () => void;
  /** It is all that there is on the page. */
  alone?: boolean;
}

export function Failed({ error, retry, alone = false }: Props) {
  const missing = error instanceof ApiError && (error.status === 404 || error.status === 403);
  return (
    <Empty
      alone={alone}
      icon={missing ? "search" : "warn"}
      title={missing ? t`Not found` : t`This could not be loaded`}
      action={
        retry &&
        !missing && (
          <button type="button" className="button" onClick={retry}>
            <Trans>Try again</Trans>
          </button>
        )
      }
    >
      {explain(error)}
    </Empty>
  );
}
