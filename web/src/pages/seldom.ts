/** The texts of what few open in a visit: whoever works on a board does not load them. `lingui.config.ts` says whose. */
import { ownTexts } from "../ui/texts";

export const seldom = ownTexts({
  en: () => import("../locales/seldom/en.po"),
  ko: () => import("../locales/seldom/ko.po"),
});
