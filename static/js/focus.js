// An address that names a question (…#f-mother_live) puts the cursor there: one goes on where one left off.
export function mount(form) {
  const named = location.hash.startsWith("#f-") && document.getElementById(location.hash.slice(1));
  if (!named || !form.contains(named)) return;
  const input = named.matches("input, select, textarea") ? named : named.querySelector("input, select, textarea");
  named.closest("[data-field]")?.scrollIntoView({ block: "center" });
  input?.focus({ preventScroll: true });
}
