import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { composing } from "../lib/keys";
import { Icon } from "./icons";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  /** Something was written in it that closing would lose: it asks first. */
  filled?: boolean;
  /** Shows no heading; the title still names the dialog. */
  bare?: boolean;
}

/** Closes the dialog around a button as Escape does: it asks if something would be lost. */
export function askToClose(button: HTMLElement): void {
  button.closest("dialog")?.dispatchEvent(new Event("cancel", { cancelable: true }));
}

/**
 * A modal on the browser's own dialog: focus is held inside and begins at `data-autofocus`; Escape and a click beside it
 * close it, but not the end of a selection of text that began inside.
 */
export function Dialog({ title, onClose, children, className = "", bare = false, filled = false }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const beside = useRef(false);
  const [asking, setAsking] = useState(false);
  const close = () => (filled ? setAsking(true) : onClose());
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || composing(event)) return;
        // In place of the browser, which closes at a second Escape whatever is asked.
        event.preventDefault();
        if (asking) setAsking(false);
        else close();
      }}
      onPointerDown={(event) => {
        beside.current = event.target === ref.current;
      }}
      onClick={(event) => {
        if (event.target === ref.current && beside.current) close();
      }}
    >
      <div className="dialog-body">
        <header className={bare ? "sr-only" : "dialog-head"}>
          <h2 id={id}>{title}</h2>
          {!bare && (
            <button type="button" className="icon-button" onClick={close} aria-label={t`Close`}>
              <Icon name="close" />
            </button>
          )}
        </header>
        {children}
        {asking && filled && (
          <div className="dialog-asks" role="alertdialog" aria-label={t`Throw away what you have written?`}>
            <p>
              <Trans>Throw away what you have written?</Trans>
            </p>
            <button type="button" className="button danger" onClick={onClose}>
              <Trans>Throw away</Trans>
            </button>
            <button
              type="button"
              className="button primary"
              ref={(button) => button?.focus()}
              onClick={() => setAsking(false)}
            >
              <Trans>Go on writing</Trans>
            </button>
          </div>
        )}
      </div>
    </dialog>
  );
}
