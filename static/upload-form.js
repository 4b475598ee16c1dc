import { UploadError } from "./upload-form/chunk-request.js";
import { ChunkedUpload } from "./upload-form/chunked-upload.js";
import { createUpload } from "./upload-form/create-upload.js";
import { showProblems } from "./upload-form/problems.js";
import { UploadProgress } from "./upload-form/progress.js";
import { problemWith, titleFrom } from "./upload-form/words.js";

const START_AGAIN = "/upload";

/** With `create`: makes an upload and sends it. With `url`: goes on with one that was interrupted. */
class UploadForm extends HTMLElement {
  connectedCallback() {
    if (this.listeners) return; // moved, not new
    this.form = this.querySelector("form");
    this.fileInput = this.querySelector("input[type=file]");
    this.titleInput = this.querySelector("[name=title]");
    this.titleTyped = Boolean(this.titleInput?.value);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    const on = (target, type, handler) => target?.addEventListener(type, handler, { signal });
    on(this.form, "submit", (event) => this.submit(event));
    on(this.fileInput, "change", () => this.choose());
    on(this.titleInput, "input", () => (this.titleTyped = this.titleInput.value !== ""));
    on(this.querySelector(".upload-cancel"), "click", () => this.cancel());
    for (const type of ["dragover", "dragleave", "drop"])
      on(document, type, (event) => this.drag(event));
    on(window, "offline", () => this.upload?.interrupt());
    on(window, "online", () => this.upload?.state === "lost" && this.upload.interrupt());
    // Chosen before this script arrived, or kept by the browser over a reload.
    if (this.file) this.choose();
  }

  connectedMoveCallback() {}

  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.stop());
  }

  stop() {
    this.listeners?.abort();
    this.listeners = null;
    this.upload?.turn("stopped");
    window.onbeforeunload = null;
  }

  get file() {
    return this.fileInput.files[0];
  }

  /** The same on every path, so that a second click or a drop in between starts nothing twice. */
  get busy() {
    return Boolean(this.upload || this.creating);
  }

  /** The whole page takes a file; the browser would leave the page to show it. */
  drag(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.classList.toggle("dragging", event.type === "dragover" && !this.busy);
    if (event.type !== "drop" || this.busy) return;
    if (event.dataTransfer.files.length > 1) return this.tell("Drop one file at a time.");
    this.fileInput.files = event.dataTransfer.files;
    this.choose();
  }

  /** What keeps the chosen file from being sent. */
  get problem() {
    return problemWith(this.file, {
      accept: (this.getAttribute("accept") ?? "").split(","),
      maxBytes: Number(this.getAttribute("max-bytes") ?? Infinity),
      expectedName: this.getAttribute("filename"),
      expectedSize: Number(this.getAttribute("size")),
    });
  }

  tell(problem) {
    showProblems(this, problem ? [{ text: problem, field: this.fileInput }] : []);
  }

  choose() {
    if (this.busy) return;
    this.tell(this.problem);
    if (this.problem) return;
    if (this.titleInput && !this.titleTyped) this.titleInput.value = titleFrom(this.file.name);
    if (this.hasAttribute("url")) this.send(this.getAttribute("url"), this.getAttribute("page"));
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy) return;
    if (this.hasAttribute("url")) return this.choose();
    this.tell(this.problem);
    if (this.problem) return;
    this.creating = true;
    const { url, page, problems } = await createUpload(
      this.getAttribute("create"),
      this.form,
      this.file,
    );
    this.creating = false;
    if (problems) return showProblems(this, problems);
    // From here on a reload leads to the page that offers to go on.
    history.replaceState(null, "", page);
    this.setAttribute("cancel", `${page}/cancel`);
    this.send(url, page);
  }

  async send(url, page) {
    this.upload = new ChunkedUpload(url, this.file);
    this.upload.addEventListener("change", () => this.reflect());
    this.form.hidden = true;
    new UploadProgress(this.querySelector(".upload-progress"), this.upload).render();
    try {
      await this.upload.send({ resuming: this.hasAttribute("url") });
    } catch (error) {
      if (!(error instanceof UploadError)) throw error;
      this.upload.turn("stopped");
      this.querySelector(".upload-progress").hidden = true;
      showProblems(this, [{ text: `${error.message} Start again.`, href: START_AGAIN }]);
    }
    if (this.upload.state === "done") location.assign(page);
  }

  reflect() {
    const { state } = this.upload;
    if (this.dataset.state === state) return;
    this.dataset.state = state;
    const moving = state === "sending" || state === "lost";
    window.onbeforeunload = moving ? (event) => event.preventDefault() : null;
  }

  async cancel() {
    if (!confirm("Cancel this upload? What has been sent so far is thrown away.")) return;
    if (this.upload.state === "done") return;
    this.upload.turn("paused");
    // Not followed, because the page it leads to would use up the words that the next one shows.
    const options = { method: "POST", redirect: "manual" };
    const answer = await fetch(this.getAttribute("cancel"), options).catch(() => null);
    if (answer?.ok || answer?.type === "opaqueredirect") return location.assign(START_AGAIN);
    showProblems(this, [{ text: "The upload is paused but not cancelled. Please try again." }]);
  }
}

customElements.define("upload-form", UploadForm);
