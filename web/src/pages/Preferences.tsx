import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Told } from "../http/types";
import { prefer } from "../sync/preferences";
import { usePreferences, useProjects } from "../sync/queries";
import { useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Failed } from "./parts/Failed";
import { Skeleton } from "./parts/Skeleton";
import { seldom } from "./seldom";

const EVENTS: Told[] = ["created", "assigned", "status", "edited", "commented", "deleted", "restored"];

/** What is told, by which channel; each tick is saved at once. */
export default function Preferences() {
  useTexts(seldom);
  const client = useQueryClient();
  const preferences = usePreferences();
  const projects = useProjects().data ?? [];
  useTitle(t`Notification settings`);
  const names: Record<Told, string> = {
    created: t`A task is created`,
    assigned: t`Someone is assigned or taken off`,
    status: t`A task moves to another status`,
    edited: t`Title, description or another field is edited`,
    commented: t`Someone comments`,
    deleted: t`A task is deleted`,
    restored: t`A task is restored`,
  };
  const channels = { inbox: t`Inbox`, mail: t`E-mail` };
  const value = preferences.data;
  return (
    <div className="page narrow settings">
      <header className="page-head">
        <h1>
          <Trans>Notification settings</Trans>
        </h1>
      </header>
      {preferences.isPending && <Skeleton />}
      {preferences.error && !value && <Failed error={preferences.error} retry={() => void preferences.refetch()} />}
      {value && (
        <>
          <section className="section">
            <p className="section-hint">
              <Trans>
                You're notified about tasks that you created, are assigned to or commented on; never of what you do
                yourself.
              </Trans>
            </p>
            <table className="matrix">
              <thead>
                <tr>
                  <th scope="col">
                    <Trans>When</Trans>
                  </th>
                  <th scope="col">
                    <Trans>Inbox</Trans>
                  </th>
                  <th scope="col">
                    <Trans>E-mail</Trans>
                  </th>
                </tr>
              </thead>
              <tbody>
                {EVENTS.filter((event) => value.events[event]).map((event) => (
                  <tr key={event}>
                    <th scope="row">{names[event]}</th>
                    {(["inbox", "mail"] as const).map((channel) => (
                      <td key={channel}>
                        <label className="tick">
                          <input
                            type="checkbox"
                            checked={value.events[event][channel]}
                            aria-label={`${names[event]}: ${channels[channel]}`}
                            onChange={({ target: { checked: on } }) => {
                              const which = `${names[event]} (${channels[channel]})`;
                              void prefer(
                                client,
                                { kind: "tell", event, channel, on },
                                on ? t`${which}: on` : t`${which}: off`,
                              );
                            }}
                          />
                        </label>
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section className="section">
            <h2>
              <Trans>Muted projects</Trans>
            </h2>
            <p className="section-hint">
              <Trans>A muted project tells you nothing, in the inbox or by e-mail.</Trans>
            </p>
            <ul className="mute-list">
              {projects.map((project) => (
                <li key={project.id}>
                  <label className="tick wide">
                    <input
                      type="checkbox"
                      checked={value.muted_projects.includes(project.id)}
                      onChange={({ target: { checked: on } }) =>
                        void prefer(
                          client,
                          { kind: "mute", projectId: project.id, on },
                          on ? t`${project.name} muted` : t`${project.name} no longer muted`,
                        )
                      }
                    />
                    <span className="nav-badge">{project.key.slice(0, 4)}</span>
                    {project.name}
                  </label>
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </div>
  );
}
