// A file before it is sent: is it of a kind that is taken, can it be read, is it small enough. Pictures that are large
// are made smaller here; what cannot be judged here is sent as it is, the server judges again.
import { adviceOn, drawn } from "./look.js";

const MOST_BYTES = 10 * 1024 * 1024;
const LARGE_BYTES = 2 * 1024 * 1024;
const LONG_SIDE = 2500;
const SHORT_SIDE = 1000; // a long receipt is not made narrower than this
const QUALITIES = [0.86, 0.76, 0.66, 0.56];

const KINDS = [
  [/\.(heic|heif)$/i, "heic"],
  [/\.(docx?|xlsx?|pptx?|wps|et|rtf|odt)$/i, "office"],
  [/\.(zip|rar|7z|gz)$/i, "package"],
  [/\.(mp4|mov|avi|txt|html?|exe|apk|svg)$/i, "kind"],
];

// {refused} with the reason, else {file, advice, smaller}.
export async function prepared(file) {
  if (!file.size) return { refused: "empty" };
  const kind = KINDS.find(([ending]) => ending.test(file.name));
  if (kind) return { refused: kind[1] };
  const bitmap = await opened(file);
  if (!bitmap) return file.size > MOST_BYTES ? { refused: "large" } : { file, advice: "" };
  const advice = adviceOn(bitmap);
  const ready = await smaller(file, bitmap);
  bitmap.close();
  return ready.size > MOST_BYTES ? { refused: "large" } : { file: ready, advice };
}

async function opened(file) {
  if (!file.type.startsWith("image/") || typeof createImageBitmap !== "function") return null;
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

async function smaller(file, bitmap) {
  const [long, short] = [Math.max(bitmap.width, bitmap.height), Math.min(bitmap.width, bitmap.height)];
  if (file.size <= LARGE_BYTES && long <= LONG_SIDE) return file;
  const canvas = drawn(bitmap, Math.min(1, Math.max(LONG_SIDE / long, SHORT_SIDE / short)));
  for (const quality of QUALITIES) {
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
    if (blob && (blob.size <= LARGE_BYTES || quality === QUALITIES.at(-1))) {
      return blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
    }
  }
  return file;
}
