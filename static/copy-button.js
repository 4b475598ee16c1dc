/** <copy-button for="id">: copies the text of another element, shown or not, and says so. */
const SAID_MILLISECONDS = 2000;

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => this.#copy());
  }

  get #button() {
    return this.querySelector("button");
  }

  async #copy() {
    const text = document.getElementById(this.getAttribute("for")).textContent;
    const before = this.#button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      this.#button.textContent = "Copied";
    } catch {
      this.#button.textContent = "Press and hold to copy";
    }
    setTimeout(() => { this.#button.textContent = before; }, SAID_MILLISECONDS);
  }
}

customElements.define("copy-button", CopyButton);
