import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { daysUntil } from "../../../lib/dates";
import { Empty } from "../../../ui/Empty";
import { Card } from "./Card";
import type { Insights } from "./data";
import { Plot } from "./Plot";
import { ticks } from "./scale";
import { count, shortDay, weekly } from "./words";

const HEIGHT = 280;
const WIDEST = 56;

/** How many tasks were finished in each week. */
export function Throughput({ insights, file }: { insights: Insights; file: string }) {
  const { weeks, count: all } = insights.finished;
  const days = daysUntil(insights.to, insights.from) + 1;
  const average = weekly(all, days);
  // Seven days may lie in two weeks, and make more than either has.
  const most = Math.max(1, average ?? 0, ...weeks.map((week) => week.count));
  const whole = (week: (typeof weeks)[number]) => daysUntil(week.to, week.from) === 6;
  const part = (index: number) => (index + 0.5) / weeks.length;
  const said = (index: number) => {
    const week = weeks[index];
    if (!week) return "";
    const tasks = plural(week.count, { one: "# task", other: "# tasks" });
    return t`${shortDay(week.from)} to ${shortDay(week.to)}: ${tasks}`;
  };
  return (
    <Card
      title={t`Throughput`}
      hint={t`Tasks finished in each week, from Monday on.`}
      summary={
        all > 0 &&
        (average === null ? (
          <Trans>{plural(all, { one: "# task", other: "# tasks" })} in all.</Trans>
        ) : (
          <Trans>
            {plural(all, { one: "# task", other: "# tasks" })} in all, {count(average, 1)} a week.
          </Trans>
        ))
      }
      table={{
        name: `${file}-throughput`,
        head: [t`From`, t`To`, t`Finished`],
        rows: all === 0 ? [] : weeks.map((week) => [week.from, week.to, week.count]).toReversed(),
      }}
    >
      {all === 0 ? (
        <Empty icon="check" title={t`Nothing was finished in these days`}>
          <Trans>Choose more days, or finish something: every task that comes to “done” makes a bar higher.</Trans>
        </Empty>
      ) : (
        <Plot
          label={t`Tasks finished in each week. Move with the arrow keys.`}
          height={HEIGHT}
          right={64}
          most={most}
          steps={ticks(0, most, 4)}
          written={(step) => count(step)}
          below={(room) => {
            const every = Math.ceil(weeks.length / room);
            return weeks.flatMap((week, index) =>
              index % every === 0 ? [{ at: part(index), text: shortDay(week.from) }] : [],
            );
          }}
          count={weeks.length}
          locate={({ x }, { width }) => {
            const index = Math.floor((x / width) * weeks.length);
            return index >= 0 && index < weeks.length ? index : null;
          }}
          place={(index, area) => ({ x: part(index) * area.width, y: area.top(weeks[index]?.count ?? 0) })}
          said={said}
          tip={(index) => <strong>{said(index)}</strong>}
        >
          {(area, looked) => {
            const width = Math.min(WIDEST, (area.width / weeks.length) * 0.72);
            return (
              <>
                {weeks.map((week, index) => (
                  <rect
                    key={week.from}
                    className={`bar ${index === looked ? "looked" : ""} ${whole(week) ? "" : "cut"}`}
                    x={part(index) * area.width - width / 2}
                    y={area.top(week.count)}
                    width={width}
                    height={area.height - area.top(week.count)}
                    rx={3}
                  />
                ))}
                {average !== null && (
                  <g className="percent" transform={`translate(0 ${area.top(average)})`}>
                    <line x2={area.width} />
                    <text x={area.width + 6} dy="0.32em">
                      {t`avg. ${count(average, 1)}`}
                    </text>
                  </g>
                )}
              </>
            );
          }}
        </Plot>
      )}
      {all > 0 && weeks.some((week) => !whole(week)) && (
        <p className="insight-note">
          <i className="swatch cut" aria-hidden="true" /> <Trans>Not a whole week</Trans>
        </p>
      )}
    </Card>
  );
}
