import { formatSize, formatTime } from "./words.js";

/** Milliseconds that the speed is averaged over. */
const SPEED_WINDOW = 5000;
/** Milliseconds that must have passed before a speed says anything. */
const SPEED_MINIMUM = 1000;
/** Milliseconds that numbers stay at least: nobody reads faster, and painting slows the sending. */
const READABLE = 250;
/** Percent worth saying aloud; the bar and the facts are silent. */
const MILESTONES = [75, 50, 25];

/** The section of the page that shows one upload and holds its pause and resume buttons. */
export class UploadProgress {
  #samples = [];
  #shown = { at: 0, state: "" };

  constructor(section, upload) {
    this.upload = upload;
    this.bar = section.querySelector("progress");
    this.facts = section.querySelector(".upload-facts");
    this.status = section.querySelector(".upload-status");
    this.pauseButton = section.querySelector(".upload-pause");
    this.resumeButton = section.querySelector(".upload-resume");
    section.querySelector(".upload-name").textContent = upload.file.name;
    this.pauseButton.onclick = () => this.hold(true);
    this.resumeButton.onclick = () => this.hold(false);
    upload.addEventListener("change", () => this.isDue() && this.render());
    section.hidden = false;
    this.pauseButton.focus();
  }

  hold(paused) {
    this.upload.turn(paused ? "paused" : "sending");
    (paused ? this.resumeButton : this.pauseButton).focus();
  }

  /** A new state shows at once, numbers when the ones before could be read. */
  isDue() {
    const { at, state } = this.#shown;
    return this.upload.state !== state || Date.now() - at >= READABLE;
  }

  render() {
    const { state, sent, file } = this.upload;
    this.#shown = { at: Date.now(), state };
    const percent = Math.floor((100 * sent) / file.size);
    const amount = `${formatSize(sent)} of ${formatSize(file.size)}`;
    this.bar.value = percent;
    this.facts.textContent = [`${percent} %`, amount, ...this.speedFacts()].join(" · ");
    this.pauseButton.hidden = state === "paused";
    this.resumeButton.hidden = state !== "paused";
    const words = this.describe(state, percent);
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  describe(state, percent) {
    if (state === "paused") return "Paused.";
    if (state === "lost") return "Connection lost – still trying.";
    if (state === "done") return "Uploaded. The video is being prepared.";
    const milestone = MILESTONES.find((step) => percent >= step);
    return milestone ? `${milestone} % sent.` : "Upload started.";
  }

  /** Speed and time left while bytes move; a pause or a lost connection starts the measuring anew. */
  speedFacts() {
    const { state, sent, file } = this.upload;
    const now = Date.now();
    if (state !== "sending") this.#samples = [];
    this.#samples.push({ now, sent });
    this.#samples = this.#samples.filter((sample) => now - sample.now <= SPEED_WINDOW);
    const [first] = this.#samples;
    const bytes = sent - first.sent;
    if (now - first.now < SPEED_MINIMUM || bytes <= 0) return [];
    const perSecond = (1000 * bytes) / (now - first.now);
    return [`${formatSize(perSecond)}/s`, `${formatTime((file.size - sent) / perSecond)} left`];
  }
}
