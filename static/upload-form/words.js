/** How many kinds of files are named to somebody who chose a wrong one. */
const EXAMPLES = 4;
const SIZE_UNITS = ["bytes", "kB", "MB", "GB", "TB"];

export function formatSize(bytes) {
  const power = Math.min(SIZE_UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toFixed(1))} ${SIZE_UNITS[power]}`;
}

export function formatTime(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A title to start from: the file's name without its ending and its separators. */
export function titleFrom(filename) {
  const name = filename.replace(/\.[^.]*$/, "");
  return name.replace(/[-_]+/g, " ").replace(/\s+/g, " ").trim();
}

/** What keeps a file from being uploaded, in words that also say what to do; "" when nothing does. */
export function problemWith(file, { accept, maxBytes, expectedName, expectedSize }) {
  if (!file) return "Choose a video or audio file.";
  const name = `“${file.name}”`;
  const size = formatSize(file.size);
  if (expectedName && !isSameName(file.name, expectedName)) {
    return `${name} is not the file that was being sent. Choose “${expectedName}”.`;
  }
  if (expectedSize && file.size !== expectedSize) {
    const wanted = `“${expectedName}” with ${formatSize(expectedSize)}`;
    return `${name} has ${size}, so it is not the file that was being sent. Choose ${wanted}.`;
  }
  const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  // Browsers do not know the type of every video file, so a known ending alone is enough.
  if (!accept.includes(ending) && !/^(video|audio)\//.test(file.type)) {
    const examples = accept.slice(0, EXAMPLES).join(", ");
    return `${name} is not a video or audio file. Choose one that is, such as ${examples}.`;
  }
  if (file.size === 0) return `${name} is empty. Choose a file with something in it.`;
  if (file.size <= maxBytes) return "";
  const limit = formatSize(maxBytes);
  return `${name} is too large: ${size}, the limit is ${limit}. Choose a shorter or smaller version.`;
}

/** The server keeps names cleaned and cut, and systems write accents differently: only letters count. */
function isSameName(name, expected) {
  const letters = (text) => text.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "");
  return letters(name).startsWith(letters(expected));
}
