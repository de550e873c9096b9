// A file of the pile is dragged onto its paper: the same as choosing the paper and sending the form.
const KIND = "application/x-loose";

function mark(slot, on) { slot?.classList.toggle("slot--over", on); }

export function mount(pile) {
  const form = pile.querySelector("#sort");
  if (!form || !matchMedia("(pointer: fine)").matches) return;
  for (const one of pile.querySelectorAll("[data-loose]")) {
    one.draggable = true;
    one.addEventListener("dragstart", (event) => event.dataTransfer.setData(KIND, one.dataset.loose));
  }
  const over = (event) => {
    if (!form.isConnected || !event.dataTransfer?.types.includes(KIND)) return;
    const slot = event.target.closest?.("[data-slot]");
    mark(slot, event.type === "dragover");
    if (!slot) return;
    event.preventDefault();
    if (event.type !== "drop") return;
    const select = document.getElementById(`to-${event.dataTransfer.getData(KIND)}`);
    if (![...(select?.options ?? [])].some((option) => option.value === slot.dataset.slot)) return;
    for (const other of form.querySelectorAll("select")) if (other !== select) other.disabled = true;
    select.value = slot.dataset.slot;
    form.requestSubmit();
  };
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, over);
}
