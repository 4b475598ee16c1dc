/**
 * Shows what is wrong as a list that takes the focus, and the same words beside each field.
 * `problems` are `{ text, field }` or `{ text, href }`; none of them takes the list away again.
 */
export function showProblems(root, problems) {
  const box = root.querySelector(".form-errors");
  for (const old of root.querySelectorAll(".field-error")) old.remove();
  for (const field of root.querySelectorAll("[aria-invalid]"))
    field.removeAttribute("aria-invalid");
  for (const { text, field } of problems) if (field) markField(field, text);
  document.title = document.title.replace(/^(Error: )?/, problems.length ? "Error: " : "");
  box.hidden = problems.length === 0;
  if (box.hidden) return box.replaceChildren();
  const heading = document.createElement("h2");
  heading.textContent = "There is a problem";
  const list = document.createElement("ul");
  list.append(...problems.map(listItem));
  box.replaceChildren(heading, list);
  box.focus();
}

function listItem({ text, field, href }) {
  const item = document.createElement("li");
  const address = field ? `#${field.id}` : href;
  const line = document.createElement(address ? "a" : "span");
  if (address) line.href = address;
  line.textContent = text;
  item.append(line);
  return item;
}

function markField(field, text) {
  const words = document.createElement("p");
  Object.assign(words, { className: "field-error", id: `${field.id}-error`, textContent: text });
  field.before(words);
  field.setAttribute("aria-invalid", "true");
  const describing = new Set((field.getAttribute("aria-describedby") ?? "").split(" ")).add(
    words.id,
  );
  field.setAttribute("aria-describedby", [...describing].join(" ").trim());
}
