/**
 * <start-time>: around a date-and-time field and a hidden one. Browsers send such a date without its
 * time zone; this sends its offset from UTC (minutes) along, as it is on the chosen day.
 */
class StartTime extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input[type=datetime-local]");
    const offset = this.querySelector("input[type=hidden]");
    const stored = field.dataset.moment;
    if (stored) field.value = this.#local(new Date(stored));
    const update = () => {
      offset.value = String(-new Date(field.value || Date.now()).getTimezoneOffset());
    };
    field.addEventListener("change", update);
    field.form.addEventListener("submit", update);
    update();
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.querySelector(".hint").textContent = `In your own time zone, ${zone}. You can leave it empty.`;
  }

  #local(moment) {
    return new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }
}

customElements.define("start-time", StartTime);
