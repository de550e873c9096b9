// Whether a picture of a paper can be read; the figures are those of cases/actions/picture_advice.py.
const LOOK_SIDE = 1000;
const SMALL_SIDE = 700;
const BLANK_SPREAD = 4;
const DARK_BELOW = 95;
const SHARP_ABOVE = 60;
const PARTS = 6;
const SHARPEST = 4;

export function drawn(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function greyOf(bitmap) {
  const canvas = drawn(bitmap, Math.min(1, LOOK_SIDE / Math.max(bitmap.width, bitmap.height)));
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const grey = new Float32Array(width * height);
  for (let n = 0; n < grey.length; n += 1) grey[n] = 0.299 * data[4 * n] + 0.587 * data[4 * n + 1] + 0.114 * data[4 * n + 2];
  return { grey, width, height };
}

export function adviceOn(bitmap) {
  if (Math.max(bitmap.width, bitmap.height) < SMALL_SIDE) return "small";
  const look = greyOf(bitmap);
  if (Math.sqrt(variance(look.grey)) < BLANK_SPREAD) return "blank";
  const brightest = Float32Array.from(look.grey).sort()[Math.floor(look.grey.length * 0.9)];
  if (brightest < DARK_BELOW) return "dark";
  return sharpness(look) < SHARP_ABOVE ? "blurred" : "";
}

function variance(values) {
  let sum = 0;
  let squares = 0;
  for (const value of values) { sum += value; squares += value * value; }
  return squares / values.length - (sum / values.length) ** 2;
}

// The variance of the Laplacian in the sharpest parts of the picture.
function sharpness({ grey, width, height }) {
  const parts = Array.from({ length: PARTS * PARTS }, () => []);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const edge = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at];
      parts[Math.floor((y * PARTS) / height) * PARTS + Math.floor((x * PARTS) / width)].push(Math.max(-128, Math.min(127, edge)));
    }
  }
  const found = parts.filter((part) => part.length).map(variance).sort((a, b) => b - a).slice(0, SHARPEST);
  return found.reduce((sum, one) => sum + one, 0) / (found.length || 1);
}
