/** What is shown first: it comes together with the texts of all pages. */
import { page } from "../pages/parts/lazy";
import { loadSite } from "../ui/i18n";

const first = async <T>(code: Promise<T>): Promise<T> => {
  await loadSite();
  return code;
};

export const Login = page(() => first(import("../pages/Login")));
export const SignedIn = page(() => first(import("./SignedIn")));
export const Invitation = page(() => first(import("../pages/Invitation")));
export const Recover = page(() => first(import("../pages/Recover")));
export const Enrol = page(() => first(import("../pages/Enrol")));
