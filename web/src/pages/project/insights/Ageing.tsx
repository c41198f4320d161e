import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Link } from "wouter";
import type { Project } from "../../../http/types";
import { dayOf } from "../../../lib/dates";
import { Empty } from "../../../ui/Empty";
import { useKeptSearch } from "../../../ui/history";
import { statusName } from "../../../ui/words";
import { Avatars } from "../../parts/People";
import { Card } from "./Card";
import type { AgeingTask, Insights } from "./data";
import { duration, inDays, longDay } from "./words";

const FEW = 8;

interface Mark {
  percent: number;
  /** Percent of the width. */
  at: number;
}

/** Whether there is room for what is written at a mark, before the next one. */
const apart = ({ at }: Mark, index: number, marks: Mark[]) => (marks[index + 1]?.at ?? Infinity) - at > 14;

interface Props {
  insights: Insights;
  project: Project;
  file: string;
}

/** What is at work, the oldest first, against what finished tasks took. */
export function Ageing({ insights, project, file }: Props) {
  const [every, setEvery] = useState(false);
  const { tasks, count: all } = insights.ageing;
  const { p50, p85 } = insights.finished.cycle;
  const longest = Math.max(1, tasks[0]?.age ?? 0, p85 ?? 0);
  const shown = every ? tasks : tasks.slice(0, FEW);
  const status = (key: string) => {
    const band = insights.flow.find((one) => one.status === key);
    return statusName({ key, name: band?.name ?? key });
  };
  const late = tasks.filter((task) => p85 !== null && task.age > p85).length;
  const marks = [
    { percent: 50, value: p50 },
    { percent: 85, value: p85 },
  ].flatMap(({ percent, value }) => (value === null ? [] : [{ percent, at: (100 * value) / longest }]));
  return (
    <Card
      isList
      title={t`Ageing work`}
      hint={t`What is being worked on, the oldest first. The marks are what half and 85% of the finished tasks took at most.`}
      summary={
        tasks.length > 0 && (
          <>
            {plural(all, { one: "# task is at work.", other: "# tasks are at work." })}{" "}
            {late > 0 &&
              plural(late, {
                one: "# is older than 85% of the finished ones ever were.",
                other: "# are older than 85% of the finished ones ever were.",
              })}
          </>
        )
      }
      table={{
        name: `${file}-ageing`,
        head: [t`Task`, t`Title`, t`Status`, t`Begun`, t`Age (days)`, t`In this status (days)`],
        rows: tasks.map((task) => [
          task.key,
          task.title,
          status(task.status),
          dayOf(new Date(task.begun_at)),
          inDays(task.age),
          inDays(task.still),
        ]),
      }}
    >
      {tasks.length === 0 ? (
        <Empty icon="activity" title={t`Nobody is working on anything`}>
          <Trans>A task is at work while it stands in a status of the category “active”.</Trans>
        </Empty>
      ) : (
        <>
          {marks.length > 0 && (
            <svg className="age-scale" aria-hidden="true">
              {marks.filter(apart).map(({ percent, at }) => (
                <text key={percent} x={`${at}%`} y="12" textAnchor={at > 96 ? "end" : "middle"}>
                  {percent} %
                </text>
              ))}
            </svg>
          )}
          <ol className="ages">
            {shown.map((task) => (
              <Age
                key={task.id}
                task={task}
                longest={longest}
                marks={marks}
                late={p85 !== null && task.age > p85}
                project={project}
                status={status}
              />
            ))}
          </ol>
          {tasks.length > FEW && (
            <button type="button" className="button small" onClick={() => setEvery(!every)}>
              {every ? t`Show the oldest only` : t`Show all ${tasks.length}`}
            </button>
          )}
        </>
      )}
    </Card>
  );
}

interface AgeProps {
  task: AgeingTask;
  longest: number;
  marks: Mark[];
  late: boolean;
  project: Project;
  status: (key: string) => string;
}

function Age({ task, longest, marks, late, project, status }: AgeProps) {
  const kept = useKeptSearch();
  const begun = longDay(dayOf(new Date(task.begun_at)));
  const still = duration(task.still);
  return (
    <li className={late ? "age late" : "age"}>
      <Link href={kept(`/projects/${project.id}/tasks/${task.id}`)} state={{ view: "insights" }} className="age-task">
        <span className="key">{task.key}</span> <span className="age-title">{task.title}</span>
      </Link>
      <span className="age-text" title={t`Begun ${begun}`}>
        {duration(task.age)}
      </span>
      <svg className="age-bar" aria-hidden="true">
        <rect className="ground" width="100%" height="100%" rx="3" />
        <rect className="age-fill" width={`${(100 * task.age) / longest}%`} height="100%" rx="3" />
        {marks.map(({ percent, at }) => (
          <line key={percent} x1={`${at}%`} x2={`${at}%`} y2="100%" className="age-mark" />
        ))}
      </svg>
      <small>
        <Trans>
          {status(task.status)} for {still}
        </Trans>
      </small>
      <Avatars ids={task.assignees} most={3} />
    </li>
  );
}
