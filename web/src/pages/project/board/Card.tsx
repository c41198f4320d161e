import { t } from "@lingui/core/macro";
import { memo, useLayoutEffect, useRef, useState } from "react";
import type { Project, Status, Task } from "../../../http/types";
import { progress } from "../../../lib/checklist";
import { Due } from "../../../ui/Due";
import { Icon, PriorityIcon, StatusIcon } from "../../../ui/icons";
import { Labels } from "../../../ui/Label";
import { type Option, Picker } from "../../../ui/Picker";
import { PlainLink } from "../../../ui/PlainLink";
import { Progress } from "../../../ui/Progress";
import { priorityName, statusName } from "../../../ui/words";
import { Avatars } from "../../parts/People";
import type { Move } from "./columns";

interface Props {
  project: Project;
  task: Task;
  status: Status;
  column: number;
  index: number;
  /** How many tasks its column shows. */
  count: number;
  byHand: boolean;
  open: boolean;
  carried: boolean;
  dragged: boolean;
  move: Move;
  /** What stands behind the path in the address. */
  search: string;
}

export const Card = memo(function Card({ project, task, status, column, index, carried, ...props }: Props) {
  const card = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // Not from its own menu, which may be open by then.
    if (carried && !card.current?.contains(document.activeElement))
      card.current?.querySelector<HTMLElement>(".card-link")?.focus({ preventScroll: true });
  });
  const state = `${props.open ? "open" : ""} ${props.dragged ? "dragged" : ""} ${carried ? "carried" : ""}`;
  return (
    <article ref={card} className={`card ${state}`} data-task={task.id} data-column={column} data-index={index}>
      <div className="card-top">
        <span className="key">{task.key}</span>
        {project.role !== "viewer" && (
          <MoveMenu
            project={project}
            task={task}
            status={status}
            index={index}
            count={props.count}
            byHand={props.byHand}
            move={props.move}
          />
        )}
      </div>
      <PlainLink href={`/projects/${project.id}/tasks/${task.id}${props.search}`} className="card-link">
        {task.title}
      </PlainLink>
      {!isQuiet(task) && (
        <div className="card-meta">
          <div className="card-tags">
            {task.priority !== "none" && (
              <span className="card-priority" title={priorityName(task.priority)}>
                <PriorityIcon priority={task.priority} />
                <span className="sr-only">{priorityName(task.priority)}</span>
              </span>
            )}
            {task.due && <Due due={task.due} done={status.category === "done"} />}
            <Progress text={task.description} />
            <Labels names={task.labels} most={3} project={project} />
          </div>
          <Avatars ids={task.assignees} />
        </div>
      )}
    </article>
  );
});

/** Whether there is nothing to say of it below its title. */
const isQuiet = (task: Task): boolean =>
  task.priority === "none" &&
  task.labels.length === 0 &&
  !task.due &&
  task.assignees.length === 0 &&
  !progress(task.description);

/** The height of a card on a column of this width, in pixels: what is right at once need not be moved later. */
export function cardHeight(task: Task, width: number, touch: boolean): number {
  let title = 0;
  // Hangul and its neighbours are square.
  for (const letter of task.title) title += letter > "\u2e80" ? 13 : 7.1;
  const lines = Math.min(3, Math.max(1, Math.ceil(title / (width - 42))));
  return (touch ? 68 : 62) + (lines - 1) * 20 + (isQuiet(task) ? 0 : 31);
}

type MenuProps = Pick<Props, "project" | "task" | "status" | "index" | "count" | "byHand" | "move">;

/** The way to move without dragging. A board has many cards, so the list is made when it is first asked for. */
function MoveMenu({ project, task, status, index, count, byHand, move }: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const label = t`Move ${task.key} to`;
  if (!wanted) {
    return (
      <button
        type="button"
        className="icon-button card-move"
        aria-label={label}
        aria-haspopup="listbox"
        title={t`Move to`}
        onClick={() => setWanted(true)}
      >
        <Icon name="more" />
      </button>
    );
  }
  const places: (Option & { index: number })[] = [
    { id: "\0top", label: t`To the top`, icon: <Icon name="top" />, index: 0, apart: true },
    { id: "\0up", label: t`Up`, icon: <Icon name="up" />, index: index - 1 },
    { id: "\0down", label: t`Down`, icon: <Icon name="down" />, index: index + 1 },
    { id: "\0bottom", label: t`To the bottom`, icon: <Icon name="bottom" />, index: count - 1 },
  ];
  const reachable = byHand ? places.filter((place) => place.index >= 0 && place.index < count) : [];
  return (
    <Picker
      startOpen
      label={label}
      title={t`Move to`}
      className="icon-button card-move"
      align="end"
      options={[
        ...project.statuses.map((one) => ({
          id: one.key,
          label: statusName(one),
          icon: <StatusIcon of={one} />,
        })),
        ...(count > 1 ? reachable : []),
      ]}
      selected={[task.status]}
      onPick={(id) => {
        const place = reachable.find((one) => one.id === id);
        const target = project.statuses.find((one) => one.key === id);
        if (place) move(task.id, status, place.index);
        else if (target && target.key !== task.status) move(task.id, target, 0);
      }}
    >
      <Icon name="more" />
    </Picker>
  );
}
