// Answers that are ruled out by others just given: {path: {values, away, words}} of the server, the words it says.
function place(field) {
  const known = field.querySelector(":scope > [data-closed-word]");
  if (known) return known;
  const said = document.createElement("p");
  said.className = "hint";
  said.dataset.closedWord = "";
  (field.querySelector(":scope > .hint") ?? field.querySelector(":scope > .field__top")).after(said);
  return said;
}

function mark(one, { values, away }) {
  const taken = one.checked || one.selected;
  one.disabled = !taken && values.includes(one.value);
  (one.closest(".pick") ?? one).hidden = !taken && away.includes(one.value);
}

export function close(form, closed) {
  for (const field of form.querySelectorAll("[data-field]:not([data-settled])")) {
    const told = closed[field.dataset.field];
    if (!told) continue;
    for (const one of field.querySelectorAll("option[value], input[type=radio], input[type=checkbox]")) mark(one, told);
    if (told.words || field.querySelector(":scope > [data-closed-word]")) place(field).textContent = told.words;
  }
}
