// data-copy copies its text and says data-copied; data-print prints; data-share hands an address (with data-share-title)
// to the phone's own sharing, and copies it where there is none.
import { say } from "./say.js";

async function copy(text, said) {
  await navigator.clipboard.writeText(text);
  say(said);
}

async function share({ share: url, shareTitle: title, copied }) {
  if (!navigator.share) return copy(url, copied);
  try {
    await navigator.share({ title, url });
  } catch (refusal) {
    if (refusal.name !== "AbortError") await copy(url, copied);
  }
  return undefined;
}

export function mount(element) {
  element.hidden = false;
  element.addEventListener("click", (event) => {
    event.preventDefault();
    if (element.hasAttribute("data-print")) return print();
    return "share" in element.dataset ? share(element.dataset) : copy(element.dataset.copy, element.dataset.copied);
  });
}
