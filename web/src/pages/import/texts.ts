/** The page's own texts: whoever never opens it does not load them. */
import { i18n, type Messages } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { use } from "react";

const loading = new Map<string, Promise<void>>();

function load(locale: string): Promise<void> {
  let texts = loading.get(locale);
  if (!texts) {
    const catalog: Promise<{ messages: Messages }> =
      locale === "ko" ? import("../../locales/import/ko.po") : import("../../locales/import/en.po");
    texts = catalog.then(({ messages }) => i18n.load(locale, messages));
    loading.set(locale, texts);
  }
  return texts;
}

/** Waits, as a part of the page that is being loaded, until the texts in the reader's language are there. */
export function useTexts(): void {
  use(load(useLingui().i18n.locale));
}
