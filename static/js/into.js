// Words of a fresh part that belong elsewhere on the page: data-into is the id of the place they are put in.
export function mount(words) {
  const place = document.getElementById(words.dataset.into);
  if (place) place.textContent = words.textContent;
}
