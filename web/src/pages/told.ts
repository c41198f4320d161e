/** The texts of a task that is open, and of what happened: they come with the panel, the activity and the inbox. */
import { i18n } from "@lingui/core";
import type { Locale } from "../http/types";
import { ownTexts } from "../ui/texts";

export const told = ownTexts({
  en: () => import("../locales/told/en.po"),
  ko: () => import("../locales/told/ko.po"),
});

// Whoever loads such a page ahead has its words with it, so that none waits for them when it opens.
if (i18n.locale) told(i18n.locale as Locale).catch(() => undefined);
