// The frame of a terminal: links stay in this window, nothing of the person stays in the browser. Idle time: idle.js.
import { mount as watch } from "./idle.js";

export async function forget() {
  localStorage.clear();
  sessionStorage.clear();
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
  for (const { name } of (await globalThis.indexedDB?.databases?.()) ?? []) indexedDB.deleteDatabase(name);
}

function stayHere(event) {
  const link = event.target.closest("a[target], a[download]");
  if (!link) return;
  link.removeAttribute("target");
  link.removeAttribute("download");
}

export function mount(frame) {
  document.addEventListener("click", stayHere, true);
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  for (const back of document.querySelectorAll("[data-back]")) {
    back.hidden = false;
    back.addEventListener("click", () => history.back());
  }
  if (frame.hasAttribute("data-idle-quiet")) forget(); // nobody is signed in: what the last one left goes
  if (frame.hasAttribute("data-idle")) watch(frame);
}
