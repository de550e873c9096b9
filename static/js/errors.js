// Writes what is wrong above a field the person has left, and takes it away when it is right. Server words only.
function place(field) {
  const known = field.querySelector(":scope > .error");
  if (known) return known;
  const error = document.createElement("p");
  error.className = "error";
  error.id = `error-${field.dataset.field}`;
  error.append(document.createElement("span"));
  const top = field.querySelector(":scope > .hint") ?? field.querySelector(":scope > .field__top");
  top.after(error);
  return error;
}

function inputsOf(field) {
  return field.querySelectorAll("input, select, textarea");
}

function show(field, text) {
  const error = place(field);
  error.lastElementChild.textContent = text;
  field.classList.add("field--bad");
  const hint = field.querySelector(":scope > .hint");
  for (const input of inputsOf(field)) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", [hint?.id, error.id].filter(Boolean).join(" "));
  }
}

function clear(field) {
  field.querySelector(":scope > .error")?.remove();
  field.classList.remove("field--bad");
  for (const input of inputsOf(field)) {
    input.removeAttribute("aria-invalid");
    const hint = field.querySelector(":scope > .hint");
    if (hint) input.setAttribute("aria-describedby", hint.id);
    else input.removeAttribute("aria-describedby");
  }
}

export function showErrors(form, errors, touched) {
  for (const field of form.querySelectorAll("[data-field]")) {
    const name = field.dataset.field;
    if (errors[name] && touched.has(name)) show(field, errors[name]);
    else if (!errors[name]) clear(field);
  }
}
