// A kept answer is put into its field in place; saving goes on as if it had been typed.
import { say } from "./say.js";

export function mount(button) {
  button.addEventListener("click", (event) => {
    const field = button.closest("[data-field]");
    const input = field?.querySelector("textarea, input");
    if (!input) return;
    event.preventDefault();
    input.value = button.dataset.offer;
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    button.closest("details")?.removeAttribute("open");
    input.focus();
    say(button.dataset.said);
  });
}
