import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import type { Project } from "../../../http/types";
import { editProject } from "../../../sync/projects";

export function General({ project, owner }: { project: Project; owner: boolean }) {
  const client = useQueryClient();
  const [name, setName] = useState(project.name);
  useEffect(() => setName(project.name), [project.name]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void editProject(client, project, { name: name.trim() }, t`Project renamed`);
  };
  return (
    <section className="section">
      <h2>
        <Trans>General</Trans>
      </h2>
      <form className="inline-form" onSubmit={submit}>
        <div className="field">
          <label htmlFor="name">
            <Trans>Name</Trans>
          </label>
          <input
            id="name"
            className="input"
            value={name}
            maxLength={200}
            required
            disabled={!owner}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {owner && (
          <button type="submit" className="button" disabled={!name.trim() || name.trim() === project.name}>
            <Trans>Save</Trans>
          </button>
        )}
      </form>
    </section>
  );
}
