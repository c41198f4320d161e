import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { changePerson, endSessionsOf, everyone, removeFactorsOf, resetLink } from "../../http/account";
import { explain } from "../../http/explain";
import type { Person, PersonState, User } from "../../http/types";
import { keys } from "../../sync/cache";
import { toast } from "../../sync/toasts";
import { Ago } from "../../ui/Ago";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/Picker";
import { useProof } from "../account/Proof";
import { Failed } from "../parts/Failed";

/** People: found, shut out, let in again, helped back in, made administrators. */
export function Everyone({ me }: { me: User }) {
  const client = useQueryClient();
  const [q, setQ] = useState("");
  const [state, setState] = useState<PersonState | "">("");
  const wanted = useDeferredValue(q.trim());
  const [proving, proof] = useProof();
  const [leaving, setLeaving] = useState<Person | null>(null);
  const [link, setLink] = useState("");
  const people = useInfiniteQuery({
    queryKey: keys.people(wanted, state),
    queryFn: ({ pageParam }) => everyone(wanted, state || undefined, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
  const items = people.data?.pages.flatMap((page) => page.items) ?? [];
  async function carryOut(work: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await proving(async () => {
        await work();
        if (done) toast(done);
        await client.invalidateQueries({ queryKey: keys.allPeople });
        await client.invalidateQueries({ queryKey: keys.audit("") });
      });
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
  }
  function choose(person: Person, action: string): void {
    const { id, name } = person;
    if (action === "deactivate") setLeaving(person);
    if (action === "activate") void carryOut(() => changePerson(id, { active: true }), t`${name} may sign in again`);
    if (action === "promote") void carryOut(() => changePerson(id, { admin: true }), t`${name} is an administrator`);
    if (action === "demote")
      void carryOut(() => changePerson(id, { admin: false }), t`${name} is no administrator any more`);
    if (action === "sessions") void carryOut(() => endSessionsOf(id), t`${name} is signed out everywhere`);
    if (action === "factors") void carryOut(() => removeFactorsOf(id), t`${name} signs in by password alone now`);
    if (action === "reset") void carryOut(async () => setLink(await resetLink(id)), "");
  }
  return (
    <section className="section" aria-labelledby="people-heading">
      <h2 id="people-heading">
        <Trans>People</Trans>
      </h2>
      <div className="inline-form">
        <div className="field">
          <label htmlFor="people-search">
            <Trans>Name or address</Trans>
          </label>
          <input
            id="people-search"
            className="input"
            type="search"
            autoComplete="off"
            value={q}
            onChange={(event) => setQ(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="people-state">
            <Trans>Who</Trans>
          </label>
          <select
            id="people-state"
            className="input"
            value={state}
            onChange={(event) => setState(event.target.value as PersonState | "")}
          >
            <option value="">{t`Everyone`}</option>
            <option value="active">{t`Active`}</option>
            <option value="deactivated">{t`Deactivated`}</option>
            <option value="admin">{t`Administrators`}</option>
          </select>
        </div>
      </div>
      {people.error && !people.data && <Failed error={people.error} retry={() => void people.refetch()} />}
      {people.data && items.length === 0 && (
        <p className="section-hint">
          <Trans>Nobody fits.</Trans>
        </p>
      )}
      <ul className="device-list">
        {items.map((person) => (
          <li key={person.id}>
            <span className="device-icon">
              <Icon name={person.admin ? "shield" : "user"} size={18} />
            </span>
            <div className="member-name">
              <span>{person.name}</span>
              <small>
                {person.email}
                {person.admin && ` · ${t`Administrator`}`}
                {!person.active && ` · ${t`Deactivated`}`}
                {person.last_login_at && (
                  <>
                    {" · "}
                    <Trans>signed in</Trans> <Ago time={person.last_login_at} />
                  </>
                )}
              </small>
            </div>
            <Picker
              label={t`What to do with ${person.name}`}
              className="icon-button"
              align="end"
              options={options(person, person.id === me.id)}
              onPick={(action) => choose(person, action)}
            >
              <Icon name="more" />
            </Picker>
          </li>
        ))}
      </ul>
      {people.hasNextPage && (
        <button type="button" className="button small" onClick={() => void people.fetchNextPage()}>
          <Trans>Show more</Trans>
        </button>
      )}
      {leaving && (
        <Dialog title={t`Deactivate ${leaving.name}?`} onClose={() => setLeaving(null)}>
          <p>
            <Trans>
              Sessions and tokens end at once. Tasks stay assigned, name and history stay, and you can let them in
              again.
            </Trans>
          </p>
          <footer className="dialog-foot">
            <button type="button" className="button" onClick={() => setLeaving(null)}>
              <Trans>Cancel</Trans>
            </button>
            <button
              type="button"
              className="button danger"
              onClick={() => {
                setLeaving(null);
                void carryOut(() => changePerson(leaving.id, { active: false }), t`${leaving.name} is deactivated`);
              }}
            >
              <Trans>Deactivate</Trans>
            </button>
          </footer>
        </Dialog>
      )}
      {link && (
        <Dialog title={t`A link for a new password`} onClose={() => setLink("")}>
          <p>
            <Trans>Hand it over yourself. It works once, for 30 minutes.</Trans>
          </p>
          <code className="totp-key">{link}</code>
          <footer className="dialog-foot">
            <button type="button" className="button" onClick={() => setLink("")}>
              <Trans>Done</Trans>
            </button>
          </footer>
        </Dialog>
      )}
      {proof}
    </section>
  );
}

function options(person: Person, oneself: boolean) {
  return [
    { id: "reset", label: t`Link for a new password` },
    { id: "sessions", label: t`End all sessions` },
    ...(oneself ? [] : [{ id: "factors", label: t`Remove second factors` }]),
    person.admin
      ? { id: "demote", label: t`No administrator any more` }
      : { id: "promote", label: t`Make an administrator` },
    person.active
      ? { id: "deactivate", label: t`Deactivate`, danger: true, apart: true }
      : { id: "activate", label: t`Activate`, apart: true },
  ];
}
