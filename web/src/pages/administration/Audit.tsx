import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { audit } from "../../http/account";
import { keys } from "../../sync/cache";
import { Ago } from "../../ui/Ago";
import { happened } from "../account/events";
import { Failed } from "../parts/Failed";
import { UserName } from "./UserName";

/** Who did what to accounts, newest first; whole as a file. */
export function Audit() {
  const log = useInfiniteQuery({
    queryKey: keys.audit(""),
    queryFn: ({ pageParam }) => audit(undefined, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
  const items = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="section" aria-labelledby="audit-heading">
      <h2 id="audit-heading">
        <Trans>Audit log</Trans>
      </h2>
      <p className="section-hint">
        <Trans>What happened to accounts. It is kept for a year.</Trans>{" "}
        <a href="/api/admin/audit?format=csv" download>
          <Trans>Download as CSV</Trans>
        </a>
      </p>
      {log.error && !log.data && <Failed error={log.error} retry={() => void log.refetch()} />}
      <ul className="device-list">
        {items.map((entry) => (
          <li key={entry.id}>
            <div className="member-name">
              <span>
                {happened(entry.kind)}
                {entry.user_id && (
                  <>
                    {": "}
                    <UserName id={entry.user_id} />
                  </>
                )}
              </span>
              <small>
                <Ago time={entry.at} />
                {entry.actor && entry.actor !== entry.user_id && (
                  <>
                    {" · "}
                    {entry.actor === "machine" ? (
                      <Trans>by a command on the machine</Trans>
                    ) : (
                      <Trans>
                        by <UserName id={entry.actor} />
                      </Trans>
                    )}
                  </>
                )}
                {entry.place && ` · ${entry.place}`}
              </small>
            </div>
          </li>
        ))}
      </ul>
      {log.hasNextPage && (
        <button type="button" className="button small" onClick={() => void log.fetchNextPage()}>
          <Trans>Show more</Trans>
        </button>
      )}
    </section>
  );
}
