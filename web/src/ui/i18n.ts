import { i18n } from "@lingui/core";
import type { Locale } from "../http/types";

export const LOCALES: Record<Locale, string> = { en: "English", ko: "한국어" };

/** The language chosen on this device, else the browser's first that the site speaks. */
export function preferredLocale(): Locale {
  const wanted = [localStorage.getItem("locale"), ...navigator.languages];
  for (const tag of wanted) {
    const language = tag?.slice(0, 2);
    if (language === "ko" || language === "en") return language;
  }
  return "en";
}

const entry = (locale: Locale) =>
  locale === "ko" ? import("../locales/entry/ko.po") : import("../locales/entry/en.po");
const site = (locale: Locale) => (locale === "ko" ? import("../locales/ko.po") : import("../locales/en.po"));

let siteWanted = false;

/** Loads what the first chunk says, and what the pages say once they are wanted; makes it the page's language. */
export async function activate(locale: Locale): Promise<void> {
  for (const { messages } of await Promise.all([entry(locale), ...(siteWanted ? [site(locale)] : [])])) {
    i18n.load(locale, messages);
  }
  i18n.activate(locale);
  document.documentElement.lang = locale;
}

/** Loads the texts of the pages; they come beside the pages' own code. */
export async function loadSite(locale = (i18n.locale || preferredLocale()) as Locale): Promise<void> {
  siteWanted = true;
  i18n.load(locale, (await site(locale)).messages);
}

/** Changes the language of this device. */
export async function chooseLocale(locale: Locale): Promise<void> {
  localStorage.setItem("locale", locale);
  await activate(locale);
}
