import { Trans } from "@lingui/react/macro";

/** What stands in a field is not saved yet. */
export function DraftNote({ onSave, onDrop }: { onSave?: () => Promise<void>; onDrop: () => void }) {
  return (
    <span className="draft-note">
      <Trans>Draft, kept on this device</Trans>
      {onSave && (
        <button type="button" className="link-button" onClick={() => void onSave()}>
          <Trans>Save</Trans>
        </button>
      )}
      <button type="button" className="link-button" onClick={onDrop}>
        <Trans>Throw away</Trans>
      </button>
    </span>
  );
}
