import { Trans } from "@lingui/react/macro";
import { call } from "../../../http/client";
import type { Project } from "../../../http/types";
import { useConfig } from "../../../sync/queries";

/** The project as a file, which the browser takes as it comes. The embedded process alone has it. */
export function Export({ project }: { project: Project }) {
  const config = useConfig().data;
  if (config?.mode !== "embedded") return null;
  async function take(format: string): Promise<void> {
    // A download cannot renew the session; any call does.
    await call("get", "/api/auth/me").catch(() => undefined);
    location.assign(`/api/exports/${project.id}?format=${format}`);
  }
  return (
    <section className="section">
      <h2>
        <Trans>Export</Trans>
      </h2>
      <p className="section-hint">
        <Trans>JSON has everything and can be imported again. CSV is for spreadsheets.</Trans>
      </p>
      <div className="section-actions">
        <button type="button" className="button" onClick={() => void take("json")}>
          JSON
        </button>
        <button type="button" className="button" onClick={() => void take("csv")}>
          CSV
        </button>
      </div>
    </section>
  );
}
