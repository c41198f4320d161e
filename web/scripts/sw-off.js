/** Takes the place of a service worker that is not wanted any more: forgets what it kept, and is gone at the next load. */
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const forget = (names) =>
    Promise.all(names.filter((n) => n.startsWith("taskledger-site-")).map((n) => caches.delete(n)));
  event.waitUntil(
    caches
      .keys()
      .then(forget)
      .then(() => self.registration.unregister()),
  );
});
