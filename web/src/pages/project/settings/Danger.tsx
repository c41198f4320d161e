import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import type { Project } from "../../../http/types";
import { deleteProject } from "../../../sync/projects";
import { Dialog } from "../../../ui/Dialog";
import { Icon } from "../../../ui/icons";

export function Danger({ project }: { project: Project }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const [, go] = useLocation();
  async function remove(): Promise<void> {
    if ((await deleteProject(client, project)).state !== "refused") go("/projects");
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
