import { pauseAfter } from "../back-off.js";
import { FIRST_CHUNK, UploadError } from "./chunk-request.js";
import { checkWorthRetrying, isBestSentWhole, nextChunkSize, putChunk } from "./chunk-request.js";

/** Statuses of a server that takes chunks but does not know the question how much it has. */
const NOT_ASKABLE = [400, 405, 411];
/** Statuses for bytes sent before, or after a gap; one that hides what it stores may have lost some. */
const OUT_OF_PLACE = [400, 416];

/**
 * Sends one file in chunks to a resumable upload address; a "change" event follows every step.
 * Only the server knows what it has stored, so `acknowledged` is always what it said last.
 */
export class ChunkedUpload extends EventTarget {
  /** "sending", "paused", "lost" (and still trying), "done" or "stopped". */
  state = "sending";
  acknowledged = 0;
  #reached = 0;
  #whole = false;
  #chunkSize = FIRST_CHUNK;
  #failures = 0;
  #rangeHidden = false;
  #startedOver = false;
  #request = new AbortController();
  #wake = () => {};

  constructor(url, file) {
    super();
    this.url = url;
    this.file = file;
  }

  /** Bytes on their way included, so that a progress bar also moves between two answers. */
  get sent() {
    return Math.max(this.acknowledged, Math.min(this.file.size, this.#reached));
  }

  /** Resolves when the server has the whole file or after "stopped"; rejects with an UploadError. */
  async send({ resuming }) {
    let known = !resuming;
    while (this.state !== "done" && this.state !== "stopped") {
      if (this.state === "paused") known = await this.#sleep();
      else known = await (known ? this.#sendChunk() : this.#ask());
    }
  }

  /** To "sending", "paused" or "stopped", as the person in front of it wants. */
  turn(state) {
    this.#become(state);
    this.interrupt();
  }

  /** Ends the running request or pause, whichever it is. */
  interrupt() {
    this.#request.abort();
    this.#wake();
  }

  /** This and the next two resolve to whether it is known where to go on; if not, the server is asked. */
  async #sendChunk() {
    if (this.#whole) return this.#sendWhole();
    const start = this.acknowledged;
    const end = Math.min(start + this.#chunkSize, this.file.size);
    const began = Date.now();
    const { status, complete, stored } = await this.#put(start, end);
    if (complete) {
      if (end < this.file.size) throw new UploadError("The server ended the upload too early.");
      return this.#finish();
    }
    if (this.#rangeHidden && OUT_OF_PLACE.includes(status) && !this.#startedOver) {
      this.#startedOver = true;
      return this.#acknowledge(0);
    }
    // A chunk of which nothing was kept must not be sent again and again without a pause.
    if (status !== 308 || (stored !== null && stored <= start)) return this.#waitAfter(status);
    this.#rangeHidden = stored === null;
    this.#failures = 0;
    const taken = Date.now() - began;
    this.#whole = start === 0 && isBestSentWhole(this.file, taken);
    this.#chunkSize = nextChunkSize(this.#chunkSize, taken);
    return this.#acknowledge(stored ?? end);
  }

  /** Over what is stored already, which servers skip; whatever goes wrong, chunks follow. */
  async #sendWhole() {
    this.#whole = false;
    const { status, complete } = await this.#put(0, this.file.size);
    if (complete) return this.#finish();
    const refused = status === 308 || OUT_OF_PLACE.includes(status);
    return refused ? false : this.#waitAfter(status);
  }

  async #ask() {
    const { status, complete, stored } = await this.#put(this.acknowledged, this.acknowledged);
    if (complete) return this.#finish();
    if (NOT_ASKABLE.includes(status)) return true;
    if (status !== 308) return this.#waitAfter(status);
    // Silence about the range means "nothing stored" only from a server that lets us read it.
    const known = this.#acknowledge(stored ?? (this.#rangeHidden ? this.acknowledged : 0));
    return known || this.#waitAfter(status);
  }

  async #waitAfter(status) {
    await checkWorthRetrying(status, this.file);
    if (this.state === "paused" || this.state === "stopped") return false;
    if (status !== 308) this.#become("lost");
    this.#chunkSize = FIRST_CHUNK;
    return this.#sleep(pauseAfter(this.#failures++));
  }

  /** Until the time is over or something happens; false, as nobody knows what happened meanwhile. */
  async #sleep(milliseconds = Infinity) {
    await new Promise((resolve) => {
      this.#wake = resolve;
      if (milliseconds < Infinity) setTimeout(resolve, milliseconds);
    });
    return false;
  }

  /** A file stored to its last byte but not confirmed is not known to be done: false. */
  #acknowledge(stored) {
    if (stored > this.file.size) throw new UploadError("The server has a different file.");
    this.acknowledged = stored;
    this.#become(this.state === "lost" ? "sending" : this.state);
    return stored < this.file.size;
  }

  #finish() {
    this.acknowledged = this.file.size;
    this.#become("done");
    return true;
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  async #put(start, end) {
    const { signal } = (this.#request = new AbortController());
    const { url, file } = this;
    const onprogress = (loaded) => {
      this.#reached = start + loaded;
      this.#become(this.state);
    };
    const answer = await putChunk({ url, file, start, end, signal, onprogress });
    this.#reached = 0;
    return answer;
  }
}
