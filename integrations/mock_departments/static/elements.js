// What the drawing modules share: elements without markup, and what departments are called.
let names = {};
export const find = (id) => document.getElementById(id);
export const nameOf = (code) => names[code] ?? code;
export const call = (departments) => { names = Object.fromEntries(departments.map((one) => [one.code, one.short])); };

export function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
