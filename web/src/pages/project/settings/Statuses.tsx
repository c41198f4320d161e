import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Category, Color, Project, Status } from "../../../http/types";
import { randomId } from "../../../lib/ids";
import { rebased } from "../../../sync/edits";
import { editProject } from "../../../sync/projects";
import { useProjectTasks } from "../../../sync/queries";
import { Dot, Icon, StatusIcon } from "../../../ui/icons";
import { Picker } from "../../../ui/Picker";
import { CATEGORIES, categoryName, statusName } from "../../../ui/words";
import { ColorPicker } from "./ColorPicker";

/** What a status that is not saved yet has for a key, which its name gives it then. */
const UNSAVED = "unsaved:";

/**
 * A status key: the name in lower case with underscores where it can be, else one that says nothing and that nobody
 * else makes up at the same time.
 */
export function statusKey(name: string, taken: string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 25) || `status_${randomId().slice(-8)}`;
  let key = base;
  for (let number = 2; taken.includes(key); number++) key = `${base}_${number}`;
  return key;
}

function coloured({ color: _, ...status }: Status, color: Color | undefined): Status {
  return color ? { ...status, color } : status;
}

function withKeys(statuses: Status[], known: Status[]): Status[] {
  const taken = [...statuses, ...known].map(({ key }) => key);
  return statuses.map((status) => {
    if (!status.key.startsWith(UNSAVED)) return status;
    const key = statusKey(status.name, taken);
    taken.push(key);
    return { ...status, key };
  });
}

export function Statuses({ project, owner }: { project: Project; owner: boolean }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<{ base: Status[]; statuses: Status[] } | null>(null);
  // What others have saved meanwhile is shown below what is in hand here.
  const statuses = draft ? rebased(draft.base, draft.statuses, project.statuses) : project.statuses;
  const setStatuses = (now: Status[]) => setDraft({ base: project.statuses, statuses: now });
  const tasks = useProjectTasks(project.id).data ?? [];
  const changed = JSON.stringify(statuses) !== JSON.stringify(project.statuses);
  const put = (index: number, status: Status) => setStatuses(statuses.with(index, status));
  const swap = (index: number, other: number) => {
    const a = statuses[index];
    const b = statuses[other];
    if (a && b) setStatuses(statuses.with(index, b).with(other, a));
  };
  async function save(): Promise<void> {
    const named = withKeys(statuses, project.statuses);
    setDraft(null);
    const { state } = await editProject(client, project, { statuses: named }, t`Statuses saved`);
    if (state === "refused") setDraft({ base: project.statuses, statuses: named });
  }
  return (
    <section className="section">
      <h2>
        <Trans>Statuses</Trans>
      </h2>
      <p className="section-hint">
        <Trans>
          The columns of the board, from left to right. The category says whether work waits, is under way or is done.
        </Trans>
      </p>
      <ol className="status-list">
        {statuses.map((status, index) => {
          const used = tasks.filter((task) => task.status === status.key && !task.deleted).length;
          return (
            <li key={status.key}>
              <Picker
                label={t`Category: ${categoryName(status.category)}`}
                disabled={!owner}
                options={CATEGORIES.map((category) => ({
                  id: category,
                  label: categoryName(category),
                  icon: <StatusIcon of={{ category }} />,
                }))}
                selected={[status.category]}
                onPick={(category) => put(index, { ...status, category: category as Category })}
              >
                <StatusIcon of={status} />
                <span className="category-name">{categoryName(status.category)}</span>
              </Picker>
              <input
                className="input"
                aria-label={t`Name of the status`}
                value={owner ? status.name : statusName(status)}
                maxLength={50}
                disabled={!owner}
                onChange={(event) => put(index, { ...status, name: event.target.value })}
              />
              {owner && (
                <span className="status-actions">
                  <ColorPicker
                    label={t`Colour of ${status.name}`}
                    value={status.color}
                    none={t`As its category`}
                    onPick={(color) => put(index, coloured(status, color))}
                  >
                    <Dot color={status.color} />
                  </ColorPicker>
                  <button
                    type="button"
                    className="icon-button up"
                    disabled={index === 0}
                    aria-label={t`Move up`}
                    onClick={() => swap(index, index - 1)}
                  >
                    <Icon name="chevron" />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    disabled={index === statuses.length - 1}
                    aria-label={t`Move down`}
                    onClick={() => swap(index, index + 1)}
                  >
                    <Icon name="chevron" />
                  </button>
                  <button
                    type="button"
                    className="icon-button"
                    disabled={used > 0 || statuses.length < 2}
                    aria-label={t`Remove`}
                    title={used > 0 ? t`${used} tasks have this status. Move them first.` : t`Remove`}
                    onClick={() => setStatuses(statuses.toSpliced(index, 1))}
                  >
                    <Icon name="close" />
                  </button>
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {owner && (
        <div className="section-actions">
          <button
            type="button"
            className="button"
            onClick={() => {
              const key = `${UNSAVED}${randomId()}`;
              setStatuses([...statuses, { key, name: t`New status`, category: "active" }]);
            }}
          >
            <Icon name="plus" />
            <Trans>Add a status</Trans>
          </button>
          {changed && (
            <>
              <button type="button" className="button" onClick={() => setDraft(null)}>
                <Trans>Cancel</Trans>
              </button>
              <button
                type="button"
                className="button primary"
                disabled={statuses.some((status) => !status.name.trim())}
                onClick={() => void save()}
              >
                <Trans>Save statuses</Trans>
              </button>
            </>
          )}
        </div>
      )}
    </section>
  );
}
