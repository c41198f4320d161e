import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { useReachable } from "../http/reach";
import type { User } from "../http/types";
import { keyOf } from "../lib/keys";
import { useLogout } from "../pages/parts/leaving";
import { Avatar } from "../pages/parts/People";
import { useAsked } from "../sync/asking";
import { usePending } from "../sync/pending";
import { useConfig, useProjects, useUnread } from "../sync/queries";
import { Icon, type IconName, Logo } from "../ui/icons";
import { Picker } from "../ui/Picker";
import { useShortcuts } from "../ui/shortcuts";
import { Palette, PutBack, ShortcutHelp } from "./overlays";

export function Shell({ me, children }: { me: User; children: ReactNode }) {
  const [, go] = useLocation();
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const unread = useUnread().data ?? 0;
  const asked = useAsked();
  useShortcuts({
    "?": () => setOpen("help"),
    "g i": () => go("/inbox"),
    "g m": () => go("/my-tasks"),
    "g c": () => go("/catch-up"),
    "g p": () => go("/projects"),
    "g a": () => go("/account"),
  });
  usePaletteKey(() => setOpen((now) => (now === "palette" ? null : "palette")));
  return (
    <div className="shell">
      <a className="skip" href="#main">
        <Trans>Skip to content</Trans>
      </a>
      <Sidebar me={me} unread={unread} search={() => setOpen("palette")} help={() => setOpen("help")} />
      <main id="main" className="main" tabIndex={-1}>
        <OfflineBanner />
        {children}
      </main>
      <nav className="tabbar" aria-label={t`Main`}>
        <NavLink to="/my-tasks" icon="mine" label={t`My tasks`} />
        <NavLink to="/projects" icon="folder" label={t`Projects`} />
        <NavLink to="/inbox" icon="inbox" label={t`Inbox`} count={unread} />
        <button type="button" className="nav-link" onClick={() => setOpen("palette")}>
          <Icon name="search" />
          <span>
            <Trans>Search</Trans>
          </span>
        </button>
        <NavLink to="/account" icon="user" label={t`Account`} />
      </nav>
      <Suspense>
        {open === "palette" && <Palette onClose={() => setOpen(null)} onHelp={() => setOpen("help")} />}
        {asked.length > 0 && <PutBack asked={asked} />}
        {open === "help" && <ShortcutHelp onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}

/** Unlike single keys, this one also works while something is being written. */
function usePaletteKey(toggle: () => void): void {
  const current = useRef(toggle);
  current.current = toggle;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && keyOf(event).toLowerCase() === "k") {
        event.preventDefault();
        current.current();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

interface SidebarProps {
  me: User;
  unread: number;
  search: () => void;
  help: () => void;
}

function Sidebar({ me, unread, search, help }: SidebarProps) {
  const projects = useProjects();
  const config = useConfig().data;
  return (
    <nav className="sidebar" aria-label={t`Main`}>
      <Link href="/projects" className="brand">
        <Logo />
        <span>Taskledger</span>
      </Link>
      <button type="button" className="search-button" onClick={search}>
        <Icon name="search" />
        <span>
          <Trans>Search or jump to</Trans>
        </span>
        <kbd>{/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      <NavLink to="/my-tasks" icon="mine" label={t`My tasks`} />
      <NavLink to="/inbox" icon="inbox" label={t`Inbox`} count={unread} />
      <NavLink to="/catch-up" icon="activity" label={t`Catch up`} />
      {config?.outbox && <NavLink to="/outbox" icon="mail" label={t`Outbox`} />}
      <div className="nav-heading">
        <Link href="/projects">
          <Trans>Projects</Trans>
        </Link>
        <Link href="/projects?new" className="icon-button" aria-label={t`New project`} title={t`New project`}>
          <Icon name="plus" />
        </Link>
      </div>
      <div className="nav-projects">
        {projects.data?.map((project) => (
          <NavLink key={project.id} to={`/projects/${project.id}`} badge={project.key} label={project.name} />
        ))}
      </div>
      <div className="sidebar-foot">
        <UserMenu me={me} />
        <button
          type="button"
          className="icon-button"
          onClick={help}
          aria-label={t`Keyboard shortcuts`}
          title={t`Keyboard shortcuts`}
        >
          <Icon name="keyboard" />
        </button>
      </div>
    </nav>
  );
}

interface NavLinkProps {
  to: string;
  label: string;
  icon?: IconName;
  badge?: string;
  count?: number;
}

function NavLink({ to, label, icon, badge, count = 0 }: NavLinkProps) {
  const [location] = useLocation();
  const here = location === to || location.startsWith(`${to}/`);
  // On /projects/… the entry of the one project is the current one, not the list.
  const current = here && !(to === "/projects" && location !== to && badge === undefined && icon === undefined);
  return (
    <Link href={to} className="nav-link" aria-current={current ? "page" : undefined}>
      {icon && <Icon name={icon} />}
      {badge && <span className="nav-badge">{badge.slice(0, 4)}</span>}
      <span className="nav-label">{label}</span>
      {count > 0 && (
        <span className="count">
          {count > 99 ? "99+" : count}
          <span className="sr-only">
            <Trans>unread</Trans>
          </span>
        </span>
      )}
    </Link>
  );
}

function UserMenu({ me }: { me: User }) {
  const [, go] = useLocation();
  const leave = useLogout();
  const actions: Record<string, () => void> = {
    account: () => go("/account"),
    administration: () => go("/administration"),
    notifications: () => go("/notifications"),
    logout: () => void leave(),
  };
  return (
    <Picker
      label={t`Your account`}
      className="user-button"
      options={[
        { id: "account", label: t`Account`, icon: <Icon name="user" /> },
        ...(me.admin ? [{ id: "administration", label: t`Administration`, icon: <Icon name="shield" /> }] : []),
        { id: "notifications", label: t`Notification settings`, icon: <Icon name="bell" /> },
        { id: "logout", label: t`Sign out`, icon: <Icon name="logout" /> },
      ]}
      onPick={(id) => actions[id]?.()}
    >
      <Avatar id={me.id} />
      <span className="nav-label">{me.name}</span>
      <Icon name="chevron" />
    </Picker>
  );
}

function OfflineBanner() {
  const online = useReachable();
  const unsent = usePending();
  const [location] = useLocation();
  const refused = unsent.filter((one) => one.refused).length;
  const kept = unsent.length - refused;
  if (online && refused === 0) return null;
  return (
    <div className={`banner ${online ? "refused" : ""}`} role="status">
      <Icon name={online ? "warn" : "offline"} />
      <span>
        {!online && (navigator.onLine ? <Trans>The server cannot be reached.</Trans> : <Trans>You are offline.</Trans>)}{" "}
        {!online && kept === 0 && <Trans>You see what was loaded last.</Trans>}
        {!online && kept > 0 && (
          <Plural
            value={kept}
            one="# unsent change is kept on this device and sent when you are back."
            other="# unsent changes are kept on this device and sent when you are back."
          />
        )}{" "}
        {refused > 0 && (
          <Plural value={refused} one="# change could not be sent." other="# changes could not be sent." />
        )}
      </span>
      {unsent.length > 0 && location !== "/unsent" && (
        <Link href="/unsent">
          <Trans>Show</Trans>
        </Link>
      )}
    </div>
  );
}
