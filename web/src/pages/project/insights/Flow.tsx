import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { CSSProperties } from "react";
import { addDays } from "../../../lib/dates";
import { statusName } from "../../../ui/words";
import { Card } from "./Card";
import type { Band, Insights } from "./data";
import { Plot } from "./Plot";
import { namedDays, ticks } from "./scale";
import { count, longDay, shortDay } from "./words";

const HEIGHT = 320;

/** How far from the lowest to the highest of its category, as a part of the category's colour. */
function shade(band: Band, bands: Band[]): CSSProperties {
  const alike = bands.filter((one) => one.category === band.category);
  const place = alike.length > 1 ? alike.indexOf(band) / (alike.length - 1) : 0.6;
  return { "--shade": `${Math.round(34 + 40 * place)}%` } as CSSProperties;
}

const name = (band: Band) => {
  const known = statusName({ key: band.status, name: band.name });
  return band.former ? t`${known} (former)` : known;
};

/** How many tasks stood in each status at the end of each day. */
export function Flow({ insights, file }: { insights: Insights; file: string }) {
  const { from, to, flow } = insights;
  const days = flow[0]?.counts.length ?? 0;
  const day = (index: number) => addDays(from, index);
  // What is done lies below all else, so that what is at work moves up with it.
  const bands = flow.toReversed();
  const tops = bands.map((_, level) =>
    Array.from({ length: days }, (_, index) =>
      bands.slice(0, level + 1).reduce((sum, band) => sum + (band.counts[index] ?? 0), 0),
    ),
  );
  const most = Math.max(...(tops.at(-1) ?? [0]));
  const done = bands.filter((band) => band.category === "done");
  const always = Math.min(...Array.from({ length: days }, (_, i) => done.reduce((n, b) => n + (b.counts[i] ?? 0), 0)));
  // The bottom of a high pile says nothing: the chart begins where it begins to change.
  const steps = ticks(always > most / 2 ? always : 0, most, 5);
  const ground = steps[0] ?? 0;
  const part = (index: number) => (days > 1 ? index / (days - 1) : 0.5);
  const open = flow.filter((band) => band.category !== "done").reduce((n, band) => n + (band.counts.at(-1) ?? 0), 0);
  const before = flow.filter((band) => band.category !== "done").reduce((n, band) => n + (band.counts[0] ?? 0), 0);

  return (
    <Card
      wide
      title={t`Cumulative flow`}
      hint={t`Every band is a status. One that grows wider is where work piles up.`}
      summary={
        <Trans>
          Open tasks: {count(before)} on {shortDay(from)}, {count(open)} on {shortDay(to)}.
        </Trans>
      }
      table={{
        name: `${file}-flow`,
        head: [t`Day`, ...flow.map(name)],
        rows: Array.from({ length: days }, (_, index) => [
          day(index),
          ...flow.map((band) => band.counts[index] ?? 0),
        ]).toReversed(),
      }}
    >
      <Plot
        label={t`Cumulative flow: tasks in each status, day by day. Move with the arrow keys.`}
        height={HEIGHT}
        right={20}
        most={most}
        steps={steps}
        written={(step) => count(step)}
        below={(room) => namedDays(from, to, room).map((index) => ({ at: part(index), text: shortDay(day(index)) }))}
        count={days}
        locate={({ x }, { width }) => Math.min(Math.max(Math.round((x / width) * (days - 1)), 0), days - 1)}
        place={(index, area) => ({ x: part(index) * area.width, y: area.top(tops.at(-1)?.[index] ?? 0) })}
        said={(index) =>
          `${longDay(day(index))}: ${flow.map((band) => `${name(band)} ${count(band.counts[index] ?? 0)}`).join(", ")}`
        }
        tip={(index) => (
          <>
            <strong>{longDay(day(index))}</strong>
            <dl className="tip-list">
              {flow.map((band) => (
                <div key={band.status}>
                  <dt>
                    <i className={`swatch ${band.category}`} style={shade(band, bands)} />
                    {name(band)}
                  </dt>
                  <dd>{count(band.counts[index] ?? 0)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      >
        {(area, looked) => (
          <>
            {bands.map((band, level) => {
              const top = tops[level] ?? [];
              const below = tops[level - 1] ?? top.map(() => ground);
              // One day alone is as wide as the chart.
              const x = (index: number) => (days > 1 ? part(index) * area.width : index * area.width);
              const line = (some: number[]) => (days > 1 ? some : [some[0] ?? 0, some[0] ?? 0]);
              const to = (some: number[]) => line(some).map((n, i) => `${x(i)},${area.top(Math.max(n, ground))}`);
              return (
                <polygon
                  key={band.status}
                  className={`band ${band.category}`}
                  style={shade(band, bands)}
                  points={[...to(top), ...to(below).toReversed()].join(" ")}
                />
              );
            })}
            {looked !== null && (
              <g transform={`translate(${part(looked) * area.width} 0)`}>
                <line className="cursor-line" y2={area.height} />
                {tops.map((top, level) => (
                  <circle
                    key={bands[level]?.status}
                    className="cursor-dot"
                    cy={area.top(Math.max(top[looked] ?? 0, ground))}
                    r={3}
                  />
                ))}
              </g>
            )}
          </>
        )}
      </Plot>
      <ul className="legend">
        {flow.map((band) => (
          <li key={band.status}>
            <i className={`swatch ${band.category}`} style={shade(band, bands)} aria-hidden="true" />
            {name(band)} <span className="muted">{count(band.counts.at(-1) ?? 0)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
