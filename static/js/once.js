// A form is sent once, even on a double tap. Its button says so with data-busy; coming back makes it usable again.
const GIVE_BACK_MS = 15000;

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled=true]")) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.said) button.lastChild.textContent = button.dataset.said;
  }
}

function hold(form, button) {
  setTimeout(() => release(form), GIVE_BACK_MS);
  if (!button) return;
  button.setAttribute("aria-disabled", "true");
  if (!button.dataset.busy) return;
  button.dataset.said = button.lastChild.textContent;
  button.lastChild.textContent = button.dataset.busy;
}

export function mount(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-prefer")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "1";
    // After the other listeners had their say: a form they stopped was not sent.
    setTimeout(() => (event.defaultPrevented ? release(form) : hold(form, event.submitter)));
  }, true);
  addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sent]")) release(form);
  });
}
