import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Project } from "../../http/types";
import { composing } from "../../lib/keys";
import { folded } from "../../lib/text";
import { afterSending, useDraft } from "../../sync/drafts";
import type { Option } from "../../ui/Picker";
import { useMemberOptions } from "../parts/members";
import { DraftNote } from "./DraftNote";

/** The word after an @ that the caret stands in, if any. */
export function mentionAt(text: string, caret: number): { start: number; query: string } | null {
  const found = /(^|[\s(])@([^\s@]{0,30})$/u.exec(text.slice(0, caret));
  return found ? { start: caret - (found[2]?.length ?? 0) - 1, query: found[2] ?? "" } : null;
}

interface EditorProps {
  project: Project | undefined;
  /** Names the draft that it writes. */
  of: string;
  submit: string;
  placeholder: string;
  /** Answers whether it is stored, or kept to be sent. */
  onSubmit: (body: string, mentions: string[]) => Promise<boolean>;
  onCancel?: () => void;
}

/**
 * A text field with Markdown and mentions. Ctrl+Enter sends; Enter is a new line. What is written stays until it is stored,
 * on this device as well.
 */
export function Editor({ project, of, submit, placeholder, onSubmit, onCancel }: EditorProps) {
  const { draft, keep, now } = useDraft(of);
  const text = draft?.text ?? "";
  // Where something is edited, an empty text is one too.
  const write = (next: string) => keep(next || onCancel ? { ...draft, text: next } : null);
  /** Written before this page was loaded, or before the task was opened. */
  const [found] = useState(!onCancel && text !== "");
  const [busy, setBusy] = useState(false);
  /** Refused while the field held something else already. */
  const [refused, setRefused] = useState("");
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const members = useMemberOptions(project);
  const mention = closed ? null : mentionAt(text, caret);
  const wanted = folded(mention?.query ?? "");
  const people = mention ? members.filter((member) => folded(member.label).includes(wanted)).slice(0, 6) : [];

  /** Who was meant by a name: there may be two of it. */
  const chosen = useRef(new Map<string, string>());

  function insert(person: Option | undefined): void {
    if (!mention || !person) return;
    const name = person.label;
    chosen.current.set(name, person.id);
    const next = `${text.slice(0, mention.start)}@${name} ${text.slice(caret)}`;
    const at = mention.start + name.length + 2;
    // At once, or keys that follow quickly land at the old place.
    flushSync(() => {
      write(next);
      setCaret(at);
    });
    field.current?.focus();
    field.current?.setSelectionRange(at, at);
  }
  async function send(): Promise<void> {
    const body = text.trim();
    if (!body || busy) return;
    setBusy(true);
    const meant = [...chosen.current].filter(([name]) => body.includes(`@${name}`)).map(([, id]) => id);
    const stored = await onSubmit(body, meant);
    setBusy(false);
    const field = now()?.text ?? "";
    const rest = afterSending(field, body);
    if (stored) keep(rest ? { text: rest } : null);
    else if (rest === field && body !== field.trim()) setRefused(body);
  }
  return (
    <form
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={field}
        className="input"
        rows={2}
        aria-label={submit}
        aria-autocomplete="list"
        aria-controls={people.length > 0 ? id : undefined}
        aria-activedescendant={people.length > 0 ? `${id}-${active}` : undefined}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          write(event.target.value);
          setCaret(event.target.selectionStart);
          setActive(0);
          setClosed(false);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={(event) => {
          if (composing(event)) return;
          if (people.length > 0) {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step) {
              event.preventDefault();
              setActive((active + step + people.length) % people.length);
              return;
            }
            if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) {
              event.preventDefault();
              insert(people[active]);
              return;
            }
            if (event.key === "Escape") {
              event.stopPropagation();
              setClosed(true);
              return;
            }
          }
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          }
          if (event.key === "Escape") onCancel?.();
        }}
      />
      {people.length > 0 && (
        <div id={id} className="mentions" role="listbox" aria-label={t`Members`}>
          {people.map((member, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which points here
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
            <div
              key={member.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className={`option ${index === active ? "active" : ""}`}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => insert(member)}
            >
              {member.icon}
              <span className="option-label">{member.label}</span>
              {member.hint && <span className="option-hint">{member.hint}</span>}
            </div>
          ))}
        </div>
      )}
      <div className="edit-foot">
        {refused ? (
          <span className="draft-note">
            <Trans>Not sent:</Trans> <q>{refused}</q>
            <button
              type="button"
              className="link-button"
              onClick={() => {
                write(text.trim() ? `${refused}\n\n${text}` : refused);
                setRefused("");
              }}
            >
              <Trans>Put it back</Trans>
            </button>
          </span>
        ) : (
          found && text && <DraftNote onDrop={() => keep(null)} />
        )}
        <span className="spring" />
        {onCancel && (
          <button type="button" className="button small" onClick={onCancel}>
            <Trans>Cancel</Trans>
          </button>
        )}
        <button type="submit" className="button small primary" disabled={busy || !text.trim()} title="Ctrl+Enter">
          {submit}
        </button>
      </div>
    </form>
  );
}
