/**
 * Keeps the built site on the device, so that it opens without a network. Only its own files: what the services answer is
 * never kept. The page is asked for anew whenever there is somebody to ask, so a new release is shown at the next load;
 * the files that belong to the page on the device stay as long as it does. Times are in milliseconds.
 */
const VERSION = "__VERSION__";
const FILES = __FILES__;
const PREFIX = "taskledger-site-";
const CACHE = `${PREFIX}${VERSION}`;
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  // Files under assets/ are most often in the browser's own cache already; the others may be of an older release there.
  const requests = FILES.map(
    (file) => new Request(file, { cache: file.startsWith("/assets/") ? "default" : "reload" }),
  );
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((n) => n.startsWith(PREFIX) && n !== CACHE).map((n) => caches.delete(n))),
      ),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    // Addresses of the services are not the site's.
    if (!/^\/(api|livez|readyz|metrics)(\/|$)/.test(pathname)) event.respondWith(newest(request, "/"));
  } else if (pathname.startsWith("/assets/")) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(request)));
  } else if (FILES.includes(pathname)) {
    event.respondWith(newest(request, pathname));
  }
});

const kept = (file) => caches.open(CACHE).then((cache) => cache.match(file, { ignoreVary: true }));

/** What the server has now; what is kept if it is away, which a proxy may say in its place, or too slow. */
async function newest(request, file) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(request, { signal: stop.signal });
    if (response.status < 502 || response.status > 504) return response;
    return (await kept(file)) ?? response;
  } catch (error) {
    const found = await kept(file);
    if (found) return found;
    if (!stop.signal.aborted) throw error;
    return fetch(request);
  } finally {
    clearTimeout(timer);
  }
}
