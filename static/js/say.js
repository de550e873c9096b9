// One sentence for screen readers, in the live region of the page.
export function say(sentence) {
  const region = document.getElementById("say");
  if (!region || !sentence) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = sentence; }, 50);
}
