import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Project } from "../../http/types";
import { ownTexts, useTexts } from "../../ui/texts";
import { useTitle } from "../../ui/title";
import { Danger } from "./settings/Danger";
import { DeletedTasks } from "./settings/DeletedTasks";
import { Export } from "./settings/Export";
import { General } from "./settings/General";
import { Labels } from "./settings/Labels";
import { Members } from "./settings/Members";
import { Statuses } from "./settings/Statuses";

const texts = ownTexts({
  en: () => import("../../locales/settings/en.po"),
  ko: () => import("../../locales/settings/ko.po"),
});

export default function Settings({ project }: { project: Project }) {
  useTexts(texts);
  const owner = project.role === "owner";
  useTitle(t`Settings of ${project.name}`);
  return (
    <div className="page narrow settings">
      {!owner && (
        <p className="note">
          <Trans>Only owners change these settings. You can look at them.</Trans>
        </p>
      )}
      <General project={project} owner={owner} />
      <Members project={project} owner={owner} />
      <Statuses project={project} owner={owner} />
      <Labels project={project} owner={owner} />
      <DeletedTasks project={project} />
      <Export project={project} />
      {owner && <Danger project={project} />}
    </div>
  );
}
