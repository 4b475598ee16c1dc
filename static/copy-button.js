/**
 * <copy-button for="id">: copies the text of another element, shown or not, and says so. Where the
 * browser forbids that, it shows the text and selects it instead.
 */
const SAID_MILLISECONDS = 2000;

class CopyButton extends HTMLElement {
  connectedCallback() {
    if (this.said) return; // moved, not new
    this.button = this.querySelector("button");
    this.label = this.button.textContent;
    this.said = document.createElement("span");
    Object.assign(this.said, { className: "visually-hidden", role: "status" });
    this.append(this.said);
    this.button.addEventListener("click", () => this.copy());
    this.button.hidden = false;
  }

  async copy() {
    const source = document.getElementById(this.getAttribute("for"));
    try {
      await navigator.clipboard.writeText(source.textContent);
      this.tell("Copied");
    } catch {
      for (let at = source; at; at = at.parentElement) if (at.matches("details")) at.open = true;
      getSelection().selectAllChildren(source);
      this.tell("Selected");
    }
  }

  tell(words) {
    this.button.textContent = this.said.textContent = words;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.button.textContent = this.label;
      this.said.textContent = "";
    }, SAID_MILLISECONDS);
  }
}

customElements.define("copy-button", CopyButton);
