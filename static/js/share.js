// data-copy copies its text and says data-copied; data-print prints.
import { say } from "./say.js";

export function mount(element) {
  element.hidden = false;
  element.addEventListener("click", async (event) => {
    event.preventDefault();
    if (element.hasAttribute("data-print")) return print();
    await navigator.clipboard.writeText(element.dataset.copy);
    say(element.dataset.copied);
    return undefined;
  });
}
