/** What is wrong, told in words that are loaded with the first refusal: a board that all goes well on does without. */
import { i18n } from "@lingui/core";
import type { Fault, inWords } from "./codes";

let words: typeof inWords | null = null;

/** Loads the words, in every language, for what is shown stays when the language changes. */
export async function learn(): Promise<void> {
  if (words !== null) return;
  try {
    const [codes, en, ko] = await Promise.all([
      import("./codes"),
      import("../locales/codes/en.po"),
      import("../locales/codes/ko.po"),
    ]);
    i18n.load({ en: en.messages, ko: ko.messages });
    words = codes.inWords;
  } catch {
    // Without a network nothing can be loaded: the next refusal tries again, this one is told as it came.
  }
}

/** A sentence; a fault that this version of the site has no words for is told by its English message. */
export function told(fault: Fault): string {
  return words?.(fault) ?? sentence(fault.message);
}

/** A field's message is the end of a sentence. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
