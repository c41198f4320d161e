import { Trans } from "@lingui/react/macro";
import { useSyncExternalStore } from "react";
import { announced, dismiss, onAnnounced, onToasts, shownToasts } from "../sync/toasts";
import type { Undoable } from "../sync/undo";
import { turn, undoStack } from "../sync/undoStack";
import { Icon } from "../ui/icons";
import { useUndoKeys } from "./undoKeys";

export function Toaster() {
  useUndoKeys();
  const shown = useSyncExternalStore(onToasts, shownToasts);
  return (
    <section className="toaster" aria-live="polite" aria-relevant="additions">
      {shown.map(({ id, text, kind, of, part }) => (
        <div key={id} className={`toast ${kind}`} role={kind === "error" ? "alert" : undefined}>
          {kind !== "busy" && <Icon name={kind === "error" ? "warn" : "check"} />}
          <span>{text}</span>
          {part !== undefined && <progress value={part} aria-label={text} />}
          {of && <Turn of={of} />}
          {kind !== "busy" && <CloseToast id={id} />}
        </div>
      ))}
    </section>
  );
}

/** The way back from what is done now; none once it was refused. */
function Turn({ of }: { of: Undoable }) {
  const way = undoStack.wayOf(of);
  return (
    way && (
      <button type="button" className="toast-action" onClick={() => void turn(way, of)}>
        {way === "undo" ? <Trans>Undo</Trans> : <Trans>Redo</Trans>}
      </button>
    )
  );
}

function CloseToast({ id }: { id: number }) {
  return (
    <button type="button" className="toast-close" onClick={() => dismiss(id)}>
      <Icon name="close" size={14} />
      <span className="sr-only">
        <Trans>Dismiss</Trans>
      </span>
    </button>
  );
}

export function Announcer() {
  const text = useSyncExternalStore(onAnnounced, announced);
  return (
    <div className="sr-only" role="status">
      {text}
    </div>
  );
}
