/** Passkeys: what the services ask in JSON, in the words of the browser, and its answers in JSON (WebAuthn level 3). */

type Json = Record<string, unknown>;
type Descriptor = { id: string; type: "public-key" };

/** Whoever was asked let it be. */
export class Cancelled extends Error {}

const MADE = "passkey";

/** Browsers bind passkeys to a name, never to a number, and only where nobody can listen. */
export const canHavePasskeys = (): boolean =>
  "PublicKeyCredential" in globalThis && isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname);

/** Whether somebody has made or used a passkey on this device. */
export const hadPasskey = (): boolean => localStorage.getItem(MADE) !== null;

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const listed = (some: unknown): PublicKeyCredentialDescriptor[] =>
  ((some ?? []) as Descriptor[]).map(({ id, type }) => ({ type, id: bytes(id) }));

async function asked(work: Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await work;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "AbortError") throw new Cancelled();
    throw error;
  }
  if (!(credential instanceof PublicKeyCredential)) throw new Cancelled();
  localStorage.setItem(MADE, "1");
  return credential;
}

const sent = ({ rawId, type }: PublicKeyCredential, response: Json): Json => ({
  id: text(rawId),
  rawId: text(rawId),
  type,
  clientExtensionResults: {},
  response,
});

/** Has the device make a passkey. Throws {@link Cancelled}. */
export async function madePasskey(options: Json): Promise<Json> {
  const user = options.user as { id: string; name: string; displayName: string };
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: listed(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await asked(navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse;
  return sent(made, { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) });
}

/** Has the device prove a passkey; with `unasked` the browser offers it beside the names that it knows. */
export async function provenPasskey(options: Json, unasked?: AbortSignal): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    allowCredentials: listed(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const how: CredentialRequestOptions = unasked ? { mediation: "conditional", signal: unasked } : {};
  const proven = await asked(navigator.credentials.get({ publicKey, ...how }));
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    proven.response as AuthenticatorAssertionResponse;
  return sent(proven, {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle && text(userHandle),
  });
}
