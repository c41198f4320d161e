import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useLocation, useSearchParams } from "wouter";
import { addDays, dayOf } from "../../../lib/dates";
import { Empty } from "../../../ui/Empty";
import { useKeptSearch } from "../../../ui/history";
import { Card } from "./Card";
import type { FinishedTask, Insights } from "./data";
import { type Area, Plot } from "./Plot";
import { namedDays, ticks } from "./scale";
import { count, duration, inDays, longDay, shortDay } from "./words";

const HEIGHT = 280;
const DAY = 86_400;
const REACH = 28;
const LINE = 12;

/** How long each finished task took, and within what most of them were done. */
export function Times({ insights, projectId, file }: { insights: Insights; projectId: string; file: string }) {
  const [search, setSearch] = useSearchParams();
  const [, go] = useLocation();
  const kept = useKeptSearch();
  const lead = search.get("measure") === "lead";
  const { finished, from, to } = insights;
  const took = (task: FinishedTask): number => (lead ? task.lead : (task.cycle ?? 0));
  const tasks = lead ? finished.tasks : finished.tasks.filter((task) => task.cycle !== null);
  const of = lead ? finished.lead : finished.cycle;
  const lines = ([50, 85, 95] as const).flatMap((percent) => {
    const value = of[`p${percent}`];
    return value === null ? [] : [{ percent, value }];
  });
  const open = (index: number) => {
    const task = tasks[index];
    if (task) go(kept(`/projects/${projectId}/tasks/${task.id}`), { state: { view: "insights" } });
  };
  const begin = Date.parse(`${from}T00:00:00`);
  const end = Date.parse(`${addDays(to, 1)}T00:00:00`);
  const part = (task: FinishedTask) => (Date.parse(task.finished_at) - begin) / (end - begin);
  const longest = Math.max(1, ...tasks.map((task) => took(task) / DAY));
  const steps = ticks(0, longest, 5);
  const spot = (task: FinishedTask, area: Area) => ({ x: part(task) * area.width, y: area.top(took(task) / DAY) });
  const measure = (next: "cycle" | "lead") => {
    const changed = new URLSearchParams(search);
    if (next === "lead") changed.set("measure", "lead");
    else changed.delete("measure");
    setSearch(changed, { replace: true });
  };
  const half = lines[0];
  const most = lines[1];

  return (
    <Card
      title={lead ? t`Lead time` : t`Cycle time`}
      hint={lead ? t`From the creation of a task until it was done.` : t`From the beginning of work until it was done.`}
      summary={
        half &&
        most && (
          <Trans>
            Half of the tasks took at most {duration(half.value)}, 85% of them at most {duration(most.value)}.
          </Trans>
        )
      }
      controls={
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
        <div className="segments small" role="group" aria-label={t`Which time`}>
          <button type="button" aria-pressed={!lead} onClick={() => measure("cycle")}>
            <Trans>Cycle</Trans>
          </button>
          <button type="button" aria-pressed={lead} onClick={() => measure("lead")}>
            <Trans>Lead</Trans>
          </button>
        </div>
      }
      table={{
        name: `${file}-times`,
        head: [t`Task`, t`Title`, t`Done`, t`Cycle time (days)`, t`Lead time (days)`],
        rows: finished.tasks
          .map((task) => [
            task.key,
            task.title,
            dayOf(new Date(task.finished_at)),
            task.cycle === null ? null : inDays(task.cycle),
            inDays(task.lead),
          ])
          .toReversed(),
      }}
    >
      {tasks.length === 0 ? (
        <Empty icon="check" title={t`Nothing was finished in these days`}>
          <Trans>A task counts here when it comes to a status of the category “done”.</Trans>
        </Empty>
      ) : (
        <Plot
          label={
            lead
              ? t`Lead time of each finished task. Move with the arrow keys, open with Enter.`
              : t`Cycle time of each finished task. Move with the arrow keys, open with Enter.`
          }
          height={HEIGHT}
          right={64}
          most={longest}
          steps={steps}
          written={(step) => t`${count(step)} d`}
          below={(room) =>
            namedDays(from, to, room).map((index) => ({
              at: (Date.parse(`${addDays(from, index)}T00:00:00`) - begin) / (end - begin),
              text: shortDay(addDays(from, index)),
            }))
          }
          count={tasks.length}
          locate={({ x, y }, area) => {
            let best: number | null = null;
            let least = REACH;
            tasks.forEach((task, index) => {
              const at = spot(task, area);
              const away = Math.hypot(at.x - x, at.y - y);
              if (away < least) [best, least] = [index, away];
            });
            return best;
          }}
          place={(index, area) => (tasks[index] ? spot(tasks[index], area) : { x: 0, y: 0 })}
          said={(index) => {
            const task = tasks[index];
            return task ? `${task.key} ${task.title}: ${duration(took(task))}` : "";
          }}
          onOpen={open}
          tip={(index) => {
            const task = tasks[index];
            return (
              task && (
                <>
                  <span className="key">{task.key}</span>
                  <strong className="tip-title">{task.title}</strong>
                  <span>
                    {duration(took(task))} · {longDay(dayOf(new Date(task.finished_at)))}
                  </span>
                </>
              )
            );
          }}
        >
          {(area, looked) => (
            <>
              {lines.map(({ percent, value }, index) => {
                const y = area.top(value / DAY);
                const above = lines[index + 1];
                return (
                  <g key={percent} className="percent" transform={`translate(0 ${y})`}>
                    <line x2={area.width} />
                    {(!above || y - area.top(above.value / DAY) > LINE) && (
                      <text x={area.width + 6} dy="0.32em">
                        {percent} %
                      </text>
                    )}
                  </g>
                );
              })}
              {tasks.map((task, index) => {
                const { x, y } = spot(task, area);
                return (
                  <circle
                    key={task.id}
                    className={`dot ${index === looked ? "looked" : ""}`}
                    cx={x}
                    cy={y}
                    r={index === looked ? 6 : 4}
                  />
                );
              })}
            </>
          )}
        </Plot>
      )}
      {finished.tasks.length < finished.count && (
        <p className="insight-note">
          <Trans>
            {count(finished.tasks.length)} of {count(finished.count)} tasks are drawn; the figures are of all.
          </Trans>
        </p>
      )}
    </Card>
  );
}
