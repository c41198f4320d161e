import { t } from "@lingui/core/macro";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icons";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  /** Shows no heading; the title still names the dialog. */
  bare?: boolean;
}

/**
 * A modal on the browser's own dialog: focus is held inside and begins at `data-autofocus`; Escape and a click beside it
 * close it.
 */
export function Dialog({ title, onClose, children, className = "", bare = false }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
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
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own key; the click only adds a way for pointers
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div className="dialog-body">
        <header className={bare ? "sr-only" : "dialog-head"}>
          <h2 id={id}>{title}</h2>
          {!bare && (
            <button type="button" className="icon-button" onClick={onClose} aria-label={t`Close`}>
              <Icon name="close" />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
