// The card reader. Its program on the terminal either types the line and Enter, like a keyboard, or tells the page:
//   window.dispatchEvent(new CustomEvent("kiosk:card", { detail: { line: "KC1.….…" } }))
// The line is signed with the key of the terminal; nothing else is believed (docs/kiosk.md).
export function mount(form) {
  const input = form.querySelector("[name=card]");
  const listen = () => input.focus({ preventScroll: true });
  window.addEventListener("kiosk:card", (event) => {
    const line = event.detail?.line;
    if (typeof line !== "string" || !line.startsWith("KC1.")) return;
    input.value = line;
    form.requestSubmit();
  });
  // Keys of the reader are for this field whatever was touched before.
  document.addEventListener("click", (event) => { if (!event.target.closest("a, button, summary")) listen(); });
  listen();
}
