import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { useLocation } from "wouter";
import * as api from "../../../api/endpoints";
import type { Project } from "../../../api/types";
import { Dialog } from "../../../ui/Dialog";
import { Icon } from "../../../ui/icons";
import { useSave } from "./save";

export function Danger({ project }: { project: Project }) {
  const [asking, setAsking] = useState(false);
  const save = useSave();
  const [, go] = useLocation();
  async function remove(): Promise<void> {
    const undo = () => {
      void save(() => api.restoreProject(project.id), t`Project restored`);
    };
    if (await save(() => api.deleteProject(project.id), t`Project deleted`, undo)) go("/projects");
  }
  return (
    <section className="section">
      <h2>
        <Trans>Delete the project</Trans>
      </h2>
      <p className="section-hint">
        <Trans>
          Its members no longer see the project and its tasks. An owner can restore it from the list of projects.
        </Trans>
      </p>
      <button type="button" className="button danger" onClick={() => setAsking(true)}>
        <Icon name="trash" />
        <Trans>Delete project</Trans>
      </button>
      {asking && (
        <Dialog title={t`Delete ${project.name}?`} onClose={() => setAsking(false)}>
          <p>
            <Trans>The board and its tasks disappear for all members, until an owner restores them.</Trans>
          </p>
          <footer className="dialog-foot">
            <button type="button" className="button" onClick={() => setAsking(false)}>
              <Trans>Cancel</Trans>
            </button>
            <button type="button" className="button danger" onClick={() => void remove()}>
              <Trans>Delete project</Trans>
            </button>
          </footer>
        </Dialog>
      )}
    </section>
  );
}
