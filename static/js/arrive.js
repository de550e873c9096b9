// Values that registers gave after the page was shown: put into fields that still stand empty, never over what is typed.
// Nothing moves: where a value came from is said on the lower edge of its field. The form is told, so that it saves
// and knows from then on what stands there.
const parts = (control) => (control instanceof RadioNodeList ? [...control] : [control]);
const isChoice = (one) => one.type === "radio" || one.type === "checkbox";

function isEmpty(control) {
  return !parts(control).some((one) => (isChoice(one) ? one.checked : one.value !== ""));
}

function isBusy(control) {
  return parts(control).includes(document.activeElement);
}

// Several boxes take a list, one box is ticked by its value, everything else stands as it is given.
export function put(control, value) {
  const chosen = [value].flat();
  if (control instanceof RadioNodeList) for (const one of control) one.checked = chosen.includes(one.value);
  else if (control?.type === "checkbox") control.checked = chosen.includes(control.value);
  else if (control) control.value = value;
}

// A locked choice keeps what is chosen and nothing else; a locked line takes no letters.
function lock(control) {
  parts(control)[0].closest("[data-field]")?.toggleAttribute("data-settled", true);
  for (const one of parts(control)) {
    if (isChoice(one)) one.disabled = !one.checked;
    else if (one.tagName === "SELECT") for (const option of one.options) option.disabled = !option.selected;
    else one.readOnly = true;
  }
}

function sayFrom(form, path, words) {
  const field = [...form.querySelectorAll("[data-field]")].find((one) => one.dataset.field === path);
  if (!field || field.querySelector(".from")) return;
  const said = document.createElement("p");
  said.className = "from from--came";
  said.textContent = words;
  field.append(said);
  field.classList.add("field--came");
}

function take(form, one) {
  const control = form.elements[one.dataset.path];
  if (!control || !isEmpty(control)) return;
  if (isBusy(control)) return wait(form, one, control);
  put(control, "many" in one.dataset ? one.dataset.value.split("\n") : one.dataset.value);
  if (isEmpty(control)) return;
  if ("locked" in one.dataset) lock(control);
  sayFrom(form, one.dataset.path, one.dataset.source);
  form.dispatchEvent(new Event("input"));
}

// Somebody is just there: when they leave it empty, the value comes.
function wait(form, one, control) {
  for (const part of parts(control)) part.addEventListener("blur", () => setTimeout(() => take(form, one)), { once: true });
}

export function mount(list) {
  const form = document.getElementById(list.closest("[data-arrivals]")?.dataset.arrivals ?? "form");
  if (form) for (const one of list.children) take(form, one);
}
