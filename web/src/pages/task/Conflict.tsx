import { Trans } from "@lingui/react/macro";
import type { Task } from "../../http/types";
import { Icon } from "../../ui/icons";

/** The text that someone else saved while this one was being written. */
export interface Conflict {
  mine: string;
  theirs: Task;
}

interface ConflictProps {
  conflict: Conflict;
  field: "title" | "description";
  onKeep: () => void;
  onTake: () => void;
}

export function ConflictNote({ conflict, field, onKeep, onTake }: ConflictProps) {
  return (
    <div className="conflict" role="alert">
      <p>
        <Icon name="warn" />
        <Trans>Someone else saved this text while you were writing. Nothing was overwritten.</Trans>
      </p>
      <div className="conflict-texts">
        <figure>
          <figcaption>
            <Trans>Theirs, saved</Trans>
          </figcaption>
          <blockquote>{conflict.theirs[field]}</blockquote>
        </figure>
        <figure>
          <figcaption>
            <Trans>Yours</Trans>
          </figcaption>
          <blockquote>{conflict.mine}</blockquote>
        </figure>
      </div>
      <div className="edit-foot">
        <button type="button" className="button small" onClick={onTake}>
          <Trans>Keep theirs</Trans>
        </button>
        <button type="button" className="button small primary" onClick={onKeep}>
          <Trans>Save mine</Trans>
        </button>
      </div>
    </div>
  );
}
