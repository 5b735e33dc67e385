import { announce } from "./copy.js";

/** Milliseconds of quiet before a question is sent. */
const QUIET = 120;

/** Suggestions under a search box (ARIA combobox). Enter without a choice submits what was typed.
 * @param {HTMLInputElement} input */
export function startCombobox(input) {
  const list = document.createElement("ul");
  list.className = "listbox";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
  let timer = 0;
  let asked = 0;
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    const options = [...list.children];
    active = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  };
  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map((suggestion, at) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.href = suggestion.address;
      const label = document.createElement("span");
      label.textContent = suggestion.note ? `${suggestion.label} (${suggestion.note})` : suggestion.label;
      const kind = document.createElement("span");
      kind.className = "kind";
      kind.textContent = suggestion.kind === "concept" ? `concept, ${suggestion.datasets}` : suggestion.kind === "dataset" ? "data set" : suggestion.kind;
      option.append(label, kind);
      return option;
    }));
    if (!suggestions.length) return close();
    list.hidden = false;
    active = -1;
    input.setAttribute("aria-expanded", "true");
    announce(`${suggestions.length} suggestions`);
  };
  const ask = async () => {
    const question = input.value.trim();
    const mine = ++asked;
    if (question.length < 2) return close();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(question)}`, { headers: { Accept: "application/json" } });
      const body = answer.ok ? await answer.json() : { suggestions: [] };
      if (mine === asked && document.activeElement === input) show(body.suggestions);
    } catch { close(); }
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, QUIET); });
  input.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("li");
    if (option) location.assign(option.dataset.href);
  });
  input.addEventListener("keydown", (event) => {
    // Escape closes the list and keeps what was typed; a search box would clear itself.
    if (event.key === "Escape") { event.preventDefault(); clearTimeout(timer); asked += 1; close(); }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(active + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(active < 0 ? list.children.length - 1 : active - 1); }
    else if (event.key === "Enter" && active >= 0) { event.preventDefault(); location.assign(list.children[active].dataset.href); }
  });
}
