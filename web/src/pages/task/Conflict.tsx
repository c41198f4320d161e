import { Trans } from "@lingui/react/macro";
import { differing } from "../../lib/differing";
import { Icon } from "../../ui/icons";

interface Props {
  /** What stands in the field, and goes on being written there. */
  mine: string;
  theirs: string;
  onKeep: () => void;
  onTake: () => void;
}

/** Two people wrote at once: both texts, with what differs marked. The field above is where they are brought together. */
export function ConflictNote({ mine, theirs, onKeep, onTake }: Props) {
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
          <blockquote>
            <Marked text={theirs} other={mine} />
          </blockquote>
        </figure>
        <figure>
          <figcaption>
            <Trans>Yours</Trans>
          </figcaption>
          <blockquote>
            <Marked text={mine} other={theirs} />
          </blockquote>
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

function Marked({ text, other }: { text: string; other: string }) {
  const [before, differs, after] = differing(text, other);
  return (
    <>
      {before}
      {differs && <mark>{differs}</mark>}
      {after}
    </>
  );
}
