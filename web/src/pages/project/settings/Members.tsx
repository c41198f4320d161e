import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { keys } from "../../../api/cache";
import * as api from "../../../api/endpoints";
import { useMe } from "../../../api/queries";
import type { Member, Project, Role } from "../../../api/types";
import { ROLES, roleName } from "../../../app/words";
import { Avatar, Name, useSettled } from "../../../ui/bits";
import { Icon } from "../../../ui/icons";
import { Picker } from "../../../ui/Picker";
import { useSave } from "./save";

function roleHint(role: Role): string {
  switch (role) {
    case "owner":
      return t`works on tasks and changes these settings`;
    case "member":
      return t`works on tasks`;
    case "viewer":
      return t`only looks`;
  }
}

export function Members({ project, owner }: { project: Project; owner: boolean }) {
  const me = useMe().data;
  const save = useSave();
  const [, go] = useLocation();
  const client = useQueryClient();
  async function remove(member: Member): Promise<void> {
    const leaving = member.user_id === me?.id;
    const saved = await save(
      () => api.removeMember(project.id, member.user_id),
      leaving ? t`You left the project` : t`Member removed`,
    );
    if (saved && leaving) {
      void client.invalidateQueries({ queryKey: keys.projects });
      go("/projects");
    }
  }
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
              onPick={(role) =>
                void save(() => api.setMember(project.id, member.user_id, role as Role), t`Role changed`)
              }
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
                onClick={() => void remove(member)}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {owner && (
        <AddMember
          project={project}
          onAdd={(id) => save(() => api.setMember(project.id, id, "member"), t`Member added`)}
        />
      )}
    </section>
  );
}

function AddMember({ project, onAdd }: { project: Project; onAdd: (id: string) => void }) {
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
      options={(found.data ?? [])
        .filter((user) => !inside.has(user.id))
        .map((user) => ({ id: user.id, label: user.name, icon: <Avatar id={user.id} /> }))}
      search={t`Search people by name`}
      onSearch={setQuery}
      onPick={onAdd}
    >
      <Icon name="plus" />
      <Trans>Add a member</Trans>
    </Picker>
  );
}
