// Values that registers gave after the page was shown: put into fields that still stand empty, never over what is typed.
function isEmpty(control) {
  return control instanceof RadioNodeList ? ![...control].some((one) => one.checked) : control.value === "";
}

function isBusy(control) {
  const parts = control instanceof RadioNodeList ? [...control] : [control];
  return parts.includes(document.activeElement);
}

// Several boxes take a list, one box is ticked by its value, everything else stands as it is given.
export function put(control, value) {
  const chosen = [value].flat();
  if (control instanceof RadioNodeList) for (const one of control) one.checked = chosen.includes(one.value);
  else if (control?.type === "checkbox") control.checked = chosen.includes(control.value);
  else if (control) control.value = value;
}

function sayFrom(form, path, words) {
  const field = [...form.querySelectorAll("[data-field]")].find((one) => one.dataset.field === path);
  if (!field || field.querySelector(".from")) return;
  const said = document.createElement("p");
  said.className = "from";
  said.textContent = words;
  field.append(said);
}

export function mount(list) {
  const form = document.getElementById(list.closest("[data-arrivals]")?.dataset.arrivals ?? "form");
  if (!form) return;
  for (const one of list.children) {
    const control = form.elements[one.dataset.path];
    if (!control || !isEmpty(control) || isBusy(control)) continue;
    put(control, one.dataset.value);
    if ("locked" in one.dataset && !(control instanceof RadioNodeList)) control.readOnly = true;
    sayFrom(form, one.dataset.path, one.dataset.source);
  }
}
