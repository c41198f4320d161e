/** Choices of this device. */
import type { User } from "../http/types";

export type Theme = "system" | "light" | "dark";

export function theme(): Theme {
  const chosen = localStorage.getItem("theme");
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function chooseTheme(chosen: Theme): void {
  if (chosen === "system") {
    localStorage.removeItem("theme");
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem("theme", chosen);
    document.documentElement.dataset.theme = chosen;
  }
}

export const VIEWS = ["board", "table", "calendar"] as const;
export type View = (typeof VIEWS)[number];

export const isView = (name: string | null | undefined): name is View => VIEWS.includes(name as View);

/** The view in which a project was last seen. */
export function lastView(projectId: string): View {
  const last = localStorage.getItem(`view-${projectId}`);
  return isView(last) ? last : "board";
}

export function rememberView(projectId: string, view: View): void {
  localStorage.setItem(`view-${projectId}`, view);
}

/** Whether a session may live in this browser. Only a hint that saves calls: the cookies decide. */
export const signedInBefore = (): boolean => localStorage.getItem("signed-in") === "yes";

const PERSON = "person";

/** Who was signed in last, for a site that is opened without a network. */
export function lastPerson(): User | null {
  return signedInBefore() ? (JSON.parse(localStorage.getItem(PERSON) ?? "null") as User | null) : null;
}

export function rememberPerson({ id, name, locale = null }: User): void {
  localStorage.setItem(PERSON, JSON.stringify({ id, name, locale }));
}

const LEAVING = "leaving";

/** Whether somebody signed out here without a network: the session is ended before anything else is asked. */
export const isLeaving = (): boolean => localStorage.getItem(LEAVING) === "yes";

export function rememberLeaving(leaving: boolean): void {
  if (leaving) localStorage.setItem(LEAVING, "yes");
  else localStorage.removeItem(LEAVING);
}

/** Calls when somebody signs out in another tab. */
export function onSignedOutElsewhere(handler: () => void): void {
  addEventListener("storage", (event) => {
    if (event.key === "signed-in" && event.newValue === null) handler();
  });
}

export function rememberSignedIn(signedIn: boolean): void {
  if (signedIn) {
    localStorage.setItem("signed-in", "yes");
  } else {
    localStorage.removeItem("signed-in");
    localStorage.removeItem(PERSON);
  }
}
