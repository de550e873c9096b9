// Shows one page when there is no network. Keeps that page, the style sheet and the icons (TOLD, set by the portal)
// and nothing else: no page of a person is ever kept.
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(TOLD.cache).then((cache) => cache.addAll(TOLD.keep)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (TOLD.keep.includes(url.pathname)) return event.respondWith(network(request, url.pathname));
  if (request.mode !== "navigate" || TOLD.never.some((start) => url.pathname.startsWith(start))) return;
  event.respondWith(network(request, TOLD.page));
});

async function network(request, instead) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(TOLD.cache)).match(instead);
    if (kept) return kept;
    throw error;
  }
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("offline-") && name !== TOLD.cache).map((name) => caches.delete(name)));
}
