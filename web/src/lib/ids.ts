/** 128 random bits. Unlike `crypto.randomUUID` it is also there when a page came without HTTPS. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
