import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import * as api from "../../../http/endpoints";
import type { Member, Project, Role } from "../../../http/types";
import { folded } from "../../../lib/text";
import { keys } from "../../../sync/cache";
import { addMember, changeRole, removeMember } from "../../../sync/projects";
import { useMe } from "../../../sync/queries";
import { Dialog } from "../../../ui/Dialog";
import { Icon } from "../../../ui/icons";
import { Picker } from "../../../ui/Picker";
import { useSettled } from "../../../ui/settled";
import { ROLES, roleName } from "../../../ui/words";
import { toldApart } from "../../parts/members";
import { Avatar, Name } from "../../parts/People";
import { Invitations } from "./Invitations";

function roleHint(role: Role): string {
  switch (role) {
    case "owner":
      return t`works on tasks and changes these settings`;
    case "member":
      return t`works on tasks`;
    case "viewer":
      return t`can only look`;
  }
}

export function Members({ project, owner }: { project: Project; owner: boolean }) {
  const me = useMe().data;
  const client = useQueryClient();
  const [giving, setGiving] = useState<GivingUp | null>(null);
  const pick = (member: Member, role: Role) => {
    if (member.user_id === me?.id) setGiving({ member, role });
    else void changeRole(client, project, member, role, false);
  };
  const remove = (member: Member) => {
    if (member.user_id === me?.id) setGiving({ member, role: null });
    else void removeMember(client, project, member, false);
  };
  return (
    <section className="section">
      <h2>
        <Trans>Members</Trans>
      </h2>
      <ul className="member-list">
        {project.members.map((member) => (
          <li key={member.user_id}>
            <Avatar id={member.user_id} size="large" />
            <div className="member-name">
              <span>
                <Name id={member.user_id} />
                {member.user_id === me?.id && (
                  <span className="muted">
                    {" "}
                    <Trans>(you)</Trans>
                  </span>
                )}
              </span>
              <small>{roleHint(member.role)}</small>
            </div>
            <Picker
              label={t`Role`}
              disabled={!owner}
              align="end"
              options={ROLES.map((role) => ({ id: role, label: roleName(role) }))}
              selected={[member.role]}
              onPick={(role) => role !== member.role && pick(member, role as Role)}
            >
              {roleName(member.role)}
              {owner && <Icon name="chevron" size={12} />}
            </Picker>
            {(owner || member.user_id === me?.id) && (
              <button
                type="button"
                className="icon-button"
                aria-label={member.user_id === me?.id ? t`Leave the project` : t`Remove from the project`}
                title={member.user_id === me?.id ? t`Leave the project` : t`Remove from the project`}
                onClick={() => remove(member)}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {owner && <Invitations project={project} />}
      {owner && <AddMember project={project} onAdd={(id) => void addMember(client, project, id)} />}
      {giving && <GiveUp project={project} giving={giving} onClose={() => setGiving(null)} />}
    </section>
  );
}

/** What one gives up oneself; without a role, one leaves. */
interface GivingUp {
  member: Member;
  role: Role | null;
}

/** Asks first, as nobody gives it back to themselves. */
function GiveUp({ project, giving, onClose }: { project: Project; giving: GivingUp; onClose: () => void }) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const { member, role } = giving;
  async function confirm(): Promise<void> {
    onClose();
    if (role !== null) await changeRole(client, project, member, role, true);
    else if ((await removeMember(client, project, member, true)).state !== "refused") go("/projects");
  }
  return (
    <Dialog title={role === null ? t`Leave ${project.name}?` : t`No longer own ${project.name}?`} onClose={onClose}>
      <p>
        {role === null ? (
          <Trans>You no longer see its tasks. Only an owner can add you again.</Trans>
        ) : (
          <Trans>You can no longer change these settings. Only another owner can make you an owner again.</Trans>
        )}
      </p>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          <Trans>Cancel</Trans>
        </button>
        <button type="button" className="button danger" onClick={() => void confirm()}>
          {role === null ? <Trans>Leave the project</Trans> : <Trans>Change my role</Trans>}
        </button>
      </footer>
    </Dialog>
  );
}

function AddMember({ project, onAdd }: { project: Project; onAdd: (id: string) => void }) {
  const client = useQueryClient();
  const [query, setQuery] = useState("");
  const wanted = useSettled(query.trim());
  const found = useQuery({
    queryKey: ["directory", wanted],
    queryFn: () => api.findUsers(wanted),
    staleTime: 30_000,
    placeholderData: (before) => before,
  });
  const inside = new Set(project.members.map((member) => member.user_id));
  return (
    <Picker
      label={t`Add a member`}
      className="button"
      options={toldApart(
        (found.data ?? [])
          .filter((user) => !inside.has(user.id))
          .map((user) => ({
            id: user.id,
            label: user.name,
            // Whom an address found; not while the answer is still that to another one.
            also: found.isPlaceholderData ? undefined : folded(wanted),
            icon: <Avatar id={user.id} />,
          })),
      )}
      search={t`A colleague's name, or an exact e-mail`}
      onSearch={setQuery}
      onPick={(id) => {
        const user = found.data?.find((one) => one.id === id);
        if (user) client.setQueryData(keys.user(id), user);
        onAdd(id);
      }}
    >
      <Icon name="plus" />
      <Trans>Add a member</Trans>
    </Picker>
  );
}
