// The error summary takes the focus; its links lead to the first input of the field.
export function mount(summary) {
  if (summary.dataset.fix !== "calm") summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    const input = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
    event.preventDefault();
    field.closest("[data-field]")?.scrollIntoView({ block: "center" });
    (input ?? field).focus({ preventScroll: true });
  });
}
