import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { accountLog } from "../../http/account";
import { deviceOf } from "../../lib/agent";
import { keys } from "../../sync/cache";
import { Ago } from "../../ui/Ago";
import { Failed } from "../parts/Failed";
import { happened } from "./events";

/** What happened to one's own account, so that one sees what one has not done. */
export function Log() {
  const log = useInfiniteQuery({
    queryKey: keys.accountLog,
    queryFn: ({ pageParam }) => accountLog(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
  const items = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="section" aria-labelledby="log-heading">
      <h2 id="log-heading">
        <Trans>What happened to your account</Trans>
      </h2>
      {log.error && !log.data && <Failed error={log.error} retry={() => void log.refetch()} />}
      <ul className="device-list">
        {items.map((entry) => {
          const { name, system } = deviceOf(entry.agent);
          const whence = [name, system, entry.place].filter(Boolean).join(" · ");
          return (
            <li key={entry.id}>
              <div className="member-name">
                <span>{happened(entry.kind)}</span>
                <small>
                  <Ago time={entry.at} />
                  {whence && ` · ${whence}`}
                </small>
              </div>
            </li>
          );
        })}
      </ul>
      {log.hasNextPage && (
        <button
          type="button"
          className="button small"
          disabled={log.isFetchingNextPage}
          onClick={() => void log.fetchNextPage()}
        >
          <Trans>Show more</Trans>
        </button>
      )}
    </section>
  );
}
