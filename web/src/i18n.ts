import { i18n } from "@lingui/core";
import type { Locale } from "./api/types";

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

/** Loads the catalog and makes it the page's language. */
export async function activate(locale: Locale): Promise<void> {
  const { messages } = await (locale === "ko" ? import("./locales/ko.po") : import("./locales/en.po"));
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
}

/** Changes the language of this device. */
export async function chooseLocale(locale: Locale): Promise<void> {
  localStorage.setItem("locale", locale);
  await activate(locale);
}
