// Files by choosing, dragging or pasting, each with its progress. The answer of the server is the new state of the
// page part named by data-upload-target (else the page is asked again).
import { token } from "./csrf.js";
import { say } from "./say.js";
import { replace } from "./swap.js";

function row(form, file) {
  const line = document.createElement("div");
  line.className = "stack-s";
  const words = document.createElement("div");
  words.className = "row row--apart small";
  const name = document.createElement("span");
  name.textContent = file.name;
  const left = document.createElement("span");
  left.className = "muted num";
  const meter = document.createElement("progress");
  meter.className = "meter";
  meter.max = 100;
  meter.value = 0;
  meter.setAttribute("aria-label", file.name);
  words.append(name, left);
  line.append(words, meter);
  form.querySelector("[data-upload-list]").append(line);
  return { meter, left };
}

// The server's own sentence, where it gave one.
function reason(request) {
  return request.getResponseHeader("Content-Type")?.startsWith("text/plain") ? request.responseText : null;
}

function send(form, file) {
  return new Promise((resolve) => {
    const { meter, left } = row(form, file);
    const body = new FormData(form);
    const field = form.querySelector("input[type=file]").name;
    body.delete(field);
    body.append(field, file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (event) => {
      meter.value = (100 * event.loaded) / event.total;
      left.textContent = `${Math.round(meter.value)}%`;
    };
    request.onloadend = () => {
      const good = request.status >= 200 && request.status < 300;
      left.textContent = good ? "100%" : reason(request) ?? form.dataset.uploadFailed ?? `${request.status || "×"}`;
      resolve(good ? request.responseText : null);
    };
    request.send(body);
  });
}

async function take(form, files) {
  let last = null;
  for (const file of files) last = (await send(form, file)) ?? last;
  if (last === null) return;
  say(form.dataset.uploadDone);
  const target = document.querySelector(form.dataset.uploadTarget || null);
  if (target && last.trim()) replace(target, last);
  else location.reload();
}

export function mount(form) {
  const input = form.querySelector("input[type=file]");
  const area = form.querySelector(".drop");
  form.querySelector("[data-upload-send]").hidden = true;
  input.addEventListener("change", () => take(form, [...input.files]));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.toggle("drop--over", kind === "dragover");
      if (kind === "drop") take(form, [...event.dataTransfer.files]);
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length && form.isConnected) take(form, files);
  });
}
