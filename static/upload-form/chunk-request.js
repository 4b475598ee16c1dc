/** Bytes; every chunk but the last must be a multiple of it. */
const UNIT = 256 * 1024;
export const FIRST_CHUNK = 32 * UNIT;
const LARGEST_CHUNK = 128 * UNIT;
/** Milliseconds: a chunk that took less makes the next one twice as large. */
const QUICK = 4000;
/** Bytes from which it pays to send the first chunk a second time, as a part of the whole file. */
const LARGE = 8 * FIRST_CHUNK;
/** Milliseconds that a whole file may take: not every server keeps what a broken request had sent. */
const SHORT = 60_000;
/** Milliseconds without a byte moving after which a connection counts as dead. */
const STALLED = 60_000;
/** Statuses; with all of 5xx these pass. A 308 ends here when the server kept nothing of a chunk. */
const TEMPORARY = [0, 308, 408, 429];
const EXPIRED = [403, 404, 410];
const TAKEN_OVER = 409;

/** An upload that no retry can save; the message is for the person who waits for it. */
export class UploadError extends Error {}

/**
 * PUTs the bytes of `file` from `start` up to `end`; none of them asks the server how many it has.
 * Resolves to the HTTP status (0 for a lost connection), whether the server has the whole file, and
 * how many bytes it has stored (null if it does not say).
 */
export function putChunk({ url, file, start, end, signal, onprogress }) {
  // fetch() does not tell how much of a body has left, so it is the older interface.
  const request = new XMLHttpRequest();
  const began = Date.now();
  const range = start === end ? "*" : `${start}-${end - 1}`;
  request.open("PUT", url);
  request.setRequestHeader("Content-Range", `bytes ${range}/${file.size}`);
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.timeout = STALLED;
  request.upload.onprogress = ({ loaded }) => {
    request.timeout = Date.now() - began + STALLED;
    onprogress(loaded);
  };
  signal.addEventListener("abort", () => request.abort());
  return new Promise((resolve) => {
    request.onloadend = () => {
      const { status } = request;
      const complete = status === 200 || status === 201;
      resolve({ status, complete, stored: storedBytes(request) });
    };
    request.send(bodyOf(file, start, end));
  });
}

/** A whole file the browser reads by itself, twice as fast as it hands over a slice of one. */
function bodyOf(file, start, end) {
  if (start === end) return null;
  return start === 0 && end === file.size ? file : file.slice(start, end);
}

/** Judged by how many milliseconds the first chunk took. */
export function isBestSentWhole(file, milliseconds) {
  return file.size >= LARGE && (milliseconds * file.size) / FIRST_CHUNK < SHORT;
}

/** Not by name: asking for a header that the server does not expose puts an error on the console. */
function storedBytes(request) {
  const range = /^range:\s*bytes=0-(\d+)/im.exec(request.getAllResponseHeaders());
  return range && Number(range[1]) + 1;
}

export function nextChunkSize(size, milliseconds) {
  return milliseconds < QUICK ? Math.min(2 * size, LARGEST_CHUNK) : size;
}

/** Throws unless the same request may succeed later. */
export async function checkWorthRetrying(status, file) {
  if (EXPIRED.includes(status)) throw new UploadError("This upload has expired or was cancelled.");
  if (status === TAKEN_OVER) throw new UploadError("This upload goes on in another window.");
  if (!TEMPORARY.includes(status) && status < 500) {
    throw new UploadError(`The server refused the upload (${status}).`);
  }
  // To the browser a file that vanished looks like a lost connection.
  if (status === 0 && !(await isReadable(file))) {
    throw new UploadError("The file can no longer be read. Was it moved or changed?");
  }
}

function isReadable(file) {
  const firstByte = file.slice(0, 1).arrayBuffer();
  return firstByte.then(
    () => true,
    () => false,
  );
}
