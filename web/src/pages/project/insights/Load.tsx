import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueries } from "@tanstack/react-query";
import { userQuery } from "../../../sync/queries";
import { Empty } from "../../../ui/Empty";
import { Icon } from "../../../ui/icons";
import { Avatar, Name } from "../../parts/People";
import { Card } from "./Card";
import type { Insights } from "./data";
import { count } from "./words";

/** Who has how much that is not done. */
export function Load({ insights, file }: { insights: Insights; file: string }) {
  const { load } = insights;
  // What nobody has yet is often much more than anybody has.
  const most = Math.max(1, ...load.map((one) => (one.user_id === null ? 0 : one.waiting + one.active)));
  const people = useQueries({ queries: load.map((one) => userQuery(one.user_id ?? "")) });
  const nobody = load.find((one) => one.user_id === null);
  const unassigned = nobody ? nobody.waiting + nobody.active : 0;
  return (
    <Card
      isList
      title={t`Load`}
      hint={t`Who has how many tasks that are not done. One with several people counts for each of them.`}
      summary={unassigned > 0 && <Trans>Nobody has taken {count(unassigned)} of them yet.</Trans>}
      table={{
        name: `${file}-load`,
        head: [t`Person`, t`Being worked on`, t`Waiting`],
        rows: load.map((one, index) => [
          one.user_id === null ? t`Nobody` : people[index]?.data?.name || t`Former member`,
          one.active,
          one.waiting,
        ]),
      }}
    >
      {load.length === 0 ? (
        <Empty icon="person" title={t`Nothing is open`}>
          <Trans>Tasks that are not done are counted here for those who have them.</Trans>
        </Empty>
      ) : (
        <>
          <ul className="loads">
            {load.map((one) => (
              <li key={one.user_id}>
                {one.user_id === null ? (
                  <span className="avatar small nobody">
                    <Icon name="person" size={14} />
                  </span>
                ) : (
                  <Avatar id={one.user_id} />
                )}
                <span className="load-name">{one.user_id === null ? t`Nobody` : <Name id={one.user_id} />}</span>
                <svg className={one.user_id === null ? "load-bar empty-bar" : "load-bar"} aria-hidden="true">
                  <rect className="ground" width="100%" height="100%" rx="3" />
                  <rect className="load-active" width={`${(100 * one.active) / most}%`} height="100%" />
                  <rect
                    className="load-waiting"
                    x={`${(100 * one.active) / most}%`}
                    width={`${(100 * one.waiting) / most}%`}
                    height="100%"
                  />
                </svg>
                <span className="load-text">
                  <Trans>
                    {count(one.active)} at work, {count(one.waiting)} waiting
                  </Trans>
                </span>
              </li>
            ))}
          </ul>
          <ul className="legend">
            <li>
              <i className="swatch load-active" aria-hidden="true" /> <Trans>Being worked on</Trans>
            </li>
            <li>
              <i className="swatch load-waiting" aria-hidden="true" /> <Trans>Waiting</Trans>
            </li>
          </ul>
        </>
      )}
    </Card>
  );
}
