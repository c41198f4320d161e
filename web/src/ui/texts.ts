/** Texts of a page of their own: whoever never opens it does not load them. */
import { i18n, type Messages } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { use } from "react";
import type { Locale } from "../http/types";

type Load = (locale: Locale) => Promise<void>;

/** Loads each language's catalog once, when it is wanted first. */
export function ownTexts(catalogs: Record<Locale, () => Promise<{ messages: Messages }>>): Load {
  const loading = new Map<Locale, Promise<void>>();
  return (locale) => {
    const begun = loading.get(locale);
    if (begun) return begun;
    const texts = catalogs[locale]().then(({ messages }) => i18n.load(locale, messages));
    loading.set(locale, texts);
    // What could not be had without a network is asked for again.
    texts.catch(() => loading.delete(locale));
    return texts;
  };
}

/** Waits, as a part of the page that is being loaded, until the texts in the reader's language are there. */
export function useTexts(load: Load): void {
  use(load(useLingui().i18n.locale as Locale));
}
