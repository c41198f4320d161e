import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useSearchParams } from "wouter";
import type { Project } from "../../http/types";
import { dayOf, daysUntil, fullTime } from "../../lib/dates";
import { Empty } from "../../ui/Empty";
import { ownTexts, useTexts } from "../../ui/texts";
import { useTitle } from "../../ui/title";
import { Failed } from "../parts/Failed";
import { Skeleton } from "../parts/Skeleton";
import "../../styles/insights/index.css";
import { useToday } from "../../ui/clock";
import { Ageing } from "./insights/Ageing";
import { type Insights as Data, useInsights } from "./insights/data";
import { Flow } from "./insights/Flow";
import { Load } from "./insights/Load";
import { PRESETS, type Preset, type Range, readRange, withDay, withPreset } from "./insights/range";
import { Throughput } from "./insights/Throughput";
import { Times } from "./insights/Times";
import { count, duration, longDay, weekly } from "./insights/words";

const texts = ownTexts({
  en: () => import("../../locales/insights/en.po"),
  ko: () => import("../../locales/insights/ko.po"),
});

/** How work flows through a project, on the days that the address names. */
export default function Insights({ project }: { project: Project }) {
  useTexts(texts);
  const [search] = useSearchParams();
  const range = readRange(search, useToday());
  const { data, error, refetch, isPlaceholderData } = useInsights(project.id, range.from, range.to);
  useTitle(t`Insights of ${project.name}`);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  return (
    <div className="page insights" aria-busy={isPlaceholderData || !data}>
      <Days range={range} data={data} created={dayOf(new Date(project.created_at))} />
      {data ? <Charts data={data} project={project} /> : <Skeleton className="chart" rows={5} />}
    </div>
  );
}

function presetName(preset: Preset): string {
  switch (preset) {
    case "2":
      return t`2 weeks`;
    case "4":
      return t`4 weeks`;
    case "12":
      return t`12 weeks`;
    case "52":
      return t`A year`;
    case "all":
      return t`All`;
  }
}

function Days({ range, data, created }: { range: Range; data: Data | undefined; created: string }) {
  const [search, setSearch] = useSearchParams();
  const today = useToday();
  const set = (next: URLSearchParams) => setSearch(next, { replace: true });
  const day = (end: "from" | "to", label: string) => (
    <label className="range-day">
      <span>{label}</span>
      <input
        type="date"
        className="input"
        required
        min={created}
        max={today}
        value={data?.[end] ?? range[end]}
        onChange={(event) => event.target.value && set(withDay(search, { ...range, ...data }, end, event.target.value))}
      />
    </label>
  );
  return (
    <div className="range">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <div className="segments small" role="group" aria-label={t`Days`}>
        {PRESETS.map((preset) => (
          <button
            key={preset}
            type="button"
            aria-pressed={range.preset === preset}
            onClick={() => set(withPreset(search, preset))}
          >
            {presetName(preset)}
          </button>
        ))}
      </div>
      <div className="range-days">
        {day("from", t`From`)}
        {day("to", t`To`)}
      </div>
      {data && (
        <p className="range-at">
          {data.to < today ? (
            <Trans>As it stood at the end of {longDay(data.to)}</Trans>
          ) : (
            <Trans>As of {fullTime(data.at)}</Trans>
          )}
        </p>
      )}
    </div>
  );
}

function Charts({ data, project }: { data: Data; project: Project }) {
  const ever = data.flow.some((band) => band.counts.some(Boolean));
  if (!ever) {
    return (
      <Empty
        icon="chart"
        title={t`Insights grow by themselves`}
        action={
          <Link href={`/projects/${project.id}/board`} className="button">
            <Trans>Go to the board</Trans>
          </Link>
        }
      >
        <Trans>
          Write down tasks, move them to an active status when somebody begins, and to done when they are finished. What
          you see here then is computed from that alone.
        </Trans>
      </Empty>
    );
  }
  const file = `${project.key}-${data.from}-${data.to}`;
  return (
    <>
      <Figures data={data} />
      <div className="insight-grid">
        <Flow insights={data} file={file} />
        <Times insights={data} projectId={project.id} file={file} />
        <Throughput insights={data} file={file} />
        <Ageing insights={data} project={project} file={file} />
        <Load insights={data} file={file} />
      </div>
    </>
  );
}

/** The figures that one looks for first. */
function Figures({ data }: { data: Data }) {
  const { finished, ageing, flow } = data;
  const waiting = flow
    .filter((band) => band.category === "waiting")
    .reduce((sum, band) => sum + (band.counts.at(-1) ?? 0), 0);
  const days = daysUntil(data.to, data.from) + 1;
  const pace = weekly(finished.count, days);
  const half = finished.cycle.p50;
  const most = finished.cycle.p85;
  const oldest = ageing.tasks[0];
  return (
    <dl className="figures">
      <div>
        <dt>
          <Trans>Finished</Trans>
        </dt>
        <dd>{count(finished.count)}</dd>
        <dd className="figure-more">
          {pace === null ? (
            plural(days, { one: "in # day", other: "in # days" })
          ) : (
            <Trans>{count(pace, 1)} a week</Trans>
          )}
        </dd>
      </div>
      <div>
        <dt>
          <Trans>Median cycle time</Trans>
        </dt>
        <dd>{half === null ? "–" : duration(half)}</dd>
        <dd className="figure-more">{most !== null && <Trans>85% within {duration(most)}</Trans>}</dd>
      </div>
      <div>
        <dt>
          <Trans>Being worked on</Trans>
        </dt>
        <dd>{count(ageing.count)}</dd>
        <dd className="figure-more">{oldest && <Trans>the oldest for {duration(oldest.age)}</Trans>}</dd>
      </div>
      <div>
        <dt>
          <Trans>Waiting</Trans>
        </dt>
        <dd>{count(waiting)}</dd>
        <dd className="figure-more">
          {pace !== null &&
            pace > 0 &&
            plural(Math.round(waiting / pace), {
              one: "# week of work at this pace",
              other: "# weeks of work at this pace",
            })}
        </dd>
      </div>
    </dl>
  );
}
