import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import type { Project } from "../../../http/types";
import { labelColor, labelsOf } from "../../../lib/labels";
import { useProjectTasks } from "../../../sync/queries";
import { askToClose, Dialog } from "../../../ui/Dialog";
import { Dot, Icon } from "../../../ui/icons";
import { ColorPicker } from "./ColorPicker";
import { useLabels } from "./relabel";

/** The labels of a project: those that it has laid down, and those that its tasks have besides. */
export function Labels({ project, owner }: { project: Project; owner: boolean }) {
  const tasks = useProjectTasks(project.id).data ?? [];
  const { put, rename, remove } = useLabels(project);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const names = labelsOf(project, tasks);
  const used = (name: string) => tasks.filter((task) => task.labels.includes(name)).length;
  return (
    <section className="section">
      <h2>
        <Trans>Labels</Trans>
      </h2>
      <p className="section-hint">
        <Trans>
          What tasks can be marked with. Whoever works on a task may also type a label that is not here yet.
        </Trans>
      </p>
      {names.length > 0 && (
        <ul className="label-list">
          {names.map((name) => {
            const count = used(name);
            return (
              <li key={name}>
                {owner ? (
                  <ColorPicker
                    label={t`Colour of ${name}`}
                    value={labelColor(project, name)}
                    onPick={(color) => color && put({ name, color }, t`Colour of ${name} changed`)}
                  >
                    <Dot color={labelColor(project, name)} />
                  </ColorPicker>
                ) : (
                  <Dot color={labelColor(project, name)} />
                )}
                <span className="label-name">{name}</span>
                {count > 0 ? (
                  <Link
                    href={`/projects/${project.id}/table?label=${encodeURIComponent(name)}`}
                    className="label-count"
                  >
                    <Plural value={count} one="# task" other="# tasks" />
                  </Link>
                ) : (
                  <span className="label-count">
                    <Trans>unused</Trans>
                  </span>
                )}
                {owner && (
                  <span className="status-actions">
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={t`Rename ${name}`}
                      title={t`Rename`}
                      onClick={() => setRenaming(name)}
                    >
                      <Icon name="edit" />
                    </button>
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={t`Remove ${name}`}
                      title={t`Remove`}
                      onClick={() => (count > 0 ? setRemoving(name) : void remove(name))}
                    >
                      <Icon name="close" />
                    </button>
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {owner && <AddLabel taken={names} onAdd={(name) => put({ name }, t`Label added`)} />}
      {renaming !== null && (
        <Rename
          name={renaming}
          taken={names}
          count={used(renaming)}
          onRename={(to) => rename(renaming, to)}
          onClose={() => setRenaming(null)}
        />
      )}
      {removing !== null && (
        <Dialog title={t`Remove the label ${removing}?`} onClose={() => setRemoving(null)}>
          <p>
            <Plural
              value={used(removing)}
              one="# task loses it. The people concerned are told, as of every change."
              other="# tasks lose it. The people concerned are told, as of every change."
            />
          </p>
          <footer className="dialog-foot">
            <button type="button" className="button" onClick={() => setRemoving(null)}>
              <Trans>Cancel</Trans>
            </button>
            <button
              type="button"
              className="button danger"
              onClick={() => {
                void remove(removing);
                setRemoving(null);
              }}
            >
              <Trans>Remove label</Trans>
            </button>
          </footer>
        </Dialog>
      )}
    </section>
  );
}

const LONGEST_LABEL = 50;

function AddLabel({ taken, onAdd }: { taken: string[]; onAdd: (name: string) => void }) {
  const [text, setText] = useState("");
  const name = text.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd(name);
    setText("");
  };
  return (
    <form className="inline-form" onSubmit={submit}>
      <div className="field">
        <input
          className="input"
          aria-label={t`New label`}
          placeholder={t`New label`}
          value={text}
          maxLength={LONGEST_LABEL}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <button type="submit" className="button" disabled={!name || taken.includes(name)}>
        <Icon name="plus" />
        <Trans>Add a label</Trans>
      </button>
    </form>
  );
}

interface RenameProps {
  name: string;
  taken: string[];
  count: number;
  onRename: (to: string) => void;
  onClose: () => void;
}

function Rename({ name, taken, count, onRename, onClose }: RenameProps) {
  const [text, setText] = useState(name);
  const to = text.trim();
  const merges = to !== name && taken.includes(to);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onRename(to);
    onClose();
  };
  return (
    <Dialog title={t`Rename the label ${name}`} onClose={onClose} filled={to !== name}>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor="label-name">
            <Trans>Name</Trans>
          </label>
          <input
            id="label-name"
            className="input"
            data-autofocus
            value={text}
            maxLength={LONGEST_LABEL}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        {count > 0 && (
          <p className="field-hint">
            <Plural
              value={count}
              one="# task gets the new name. The people concerned are told, as of every change."
              other="# tasks get the new name. The people concerned are told, as of every change."
            />
          </p>
        )}
        {merges && (
          <p className="field-hint">
            <Trans>There is a label of this name: the two become one.</Trans>
          </p>
        )}
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={(event) => askToClose(event.currentTarget)}>
            <Trans>Cancel</Trans>
          </button>
          <button type="submit" className="button primary" disabled={!to || to === name}>
            <Trans>Rename</Trans>
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
