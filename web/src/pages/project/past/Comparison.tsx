import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import type { Project } from "../../../http/types";
import { useChangesBetween } from "../../../sync/past";
import { Empty } from "../../../ui/Empty";
import { fieldOf } from "../../../ui/fields";
import { Failed } from "../../parts/Failed";
import { Avatars } from "../../parts/People";
import { Skeleton } from "../../parts/Skeleton";
import { OldNew } from "../../parts/Value";

interface Props {
  project: Project;
  /** RFC 3339. */
  from: string;
  to: string;
  onOpen: (taskId: string) => void;
}

const ORDER = ["added", "changed", "removed", "restored"] as const;

/** What is different between two moments: what came back to where it was is not. */
export function Comparison({ project, from, to, onOpen }: Props) {
  const changes = useChangesBetween(project.id, from, to);
  if (changes.error && !changes.data) return <Failed error={changes.error} retry={() => void changes.refetch()} />;
  if (!changes.data) {
    return (
      <div className="page">
        <Skeleton rows={8} />
      </div>
    );
  }
  if (changes.data.length === 0) return <Empty icon="check" title={t`Nothing is different`} />;
  const names = { added: t`Added`, changed: t`Changed`, removed: t`Gone`, restored: t`Restored` };
  return (
    <div className="page past-comparison">
      {ORDER.map((kind) => {
        const items = changes.data.filter((item) => item.kind === kind);
        if (items.length === 0) return null;
        return (
          <section key={kind}>
            <h2>
              {names[kind]} <span className="column-count">{items.length}</span>
            </h2>
            <ul>
              {items.map((item) => (
                <li key={item.task_id} className={`past-change ${kind}`}>
                  <button type="button" className="past-change-task" onClick={() => onOpen(item.task_id)}>
                    <span className="key">{item.key}</span>
                    <span>{item.title}</span>
                  </button>
                  {kind === "changed" && (
                    <dl>
                      {item.changes.map((change) => (
                        <div key={change.field}>
                          <dt>{fieldOf(change.field)?.label() ?? change.field}</dt>
                          <dd>
                            <OldNew change={change} project={project} />
                          </dd>
                        </div>
                      ))}
                      {item.comments > 0 && (
                        <div>
                          <dt>
                            <Trans>Comments</Trans>
                          </dt>
                          <dd>+{item.comments}</dd>
                        </div>
                      )}
                    </dl>
                  )}
                  <span className="past-change-by">
                    <Avatars ids={item.actors} most={3} />
                    <Plural value={item.steps} one="# step" other="# steps" />
                  </span>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
