// Files by choosing, dragging or pasting, one after the other. With data-upload-part the server answers with the parts
// of the page that changed, each put in the place of the one with its id; else the page is asked again at the end.
import { say } from "./say.js";
import { Sending, word } from "./sending.js";
import { replace } from "./swap.js";

const queue = [];
let working = false;

function put(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const part of [...holder.content.children]) {
    const old = part.id && document.getElementById(part.id);
    if (!old) continue;
    const lines = [...old.querySelectorAll(".sending")];
    replace(old, part.outerHTML);
    for (const line of lines) {
      const form = [...document.querySelectorAll("form[data-upload]")].find((one) => one.action === line.dataset.action);
      form?.querySelector("[data-upload-list]").append(line);
    }
  }
}

async function work() {
  if (working) return;
  working = true;
  let done = 0;
  let whole = null;
  while (queue.length) {
    const sending = queue.shift();
    const answer = sending.gone ? null : await sending.send();
    if (answer === null) continue;
    done += 1;
    sending.line.remove();
    if ("uploadPart" in sending.form.dataset && answer.trim()) put(answer);
    else whole = sending.form;
  }
  working = false;
  if (done) say(whole?.dataset.uploadDone ?? word("done"));
  if (whole && !document.querySelector(".sending")) leave();
}

// The page of one file goes back to its paper; any other is asked again.
function leave() {
  const back = document.querySelector("main a.act[href]")?.href;
  if (document.querySelector("[name=replaces]") && back) location.assign(back);
  else location.reload();
}

function over(sending, what) {
  if (what !== "again") return;
  queue.push(sending);
  work();
}

function take(form, files) {
  const list = form.querySelector("[data-upload-list]");
  for (const file of files) {
    const sending = new Sending(form, file, over);
    list.append(sending.line);
    queue.push(sending);
  }
  work();
}

function draggable(form, area) {
  for (const kind of ["dragover", "dragleave", "drop"]) {
    area.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      area.classList.toggle("drop--over", kind === "dragover");
      if (kind === "drop") take(form, [...event.dataTransfer.files]);
    });
  }
}

export function mount(form) {
  form.querySelector("[data-upload-send]").hidden = true;
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      take(form, [...input.files]);
      input.value = "";
    });
  }
  for (const area of form.querySelectorAll(".drop")) draggable(form, area);
  if (!("uploadPaste" in form.dataset)) return;
  const paste = (event) => {
    if (!form.isConnected) return document.removeEventListener("paste", paste);
    const files = [...(event.clipboardData?.files ?? [])];
    return files.length ? take(form, files) : undefined;
  };
  document.addEventListener("paste", paste);
}
