import { announce, startCopyButtons } from "./copy.js";

/** Regions that a results page exchanges. */
const REGIONS = ["results", "heading", "filters"];
let running = null;

/** Applies filters as soon as they change. The Apply button stays for everyone without this script. */
export function startLiveForms() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-live]");
    if (form) go(address(form), event.target.id, true);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-live]");
    if (!form) return;
    event.preventDefault();
    go(address(form), document.activeElement?.id, true);
  });
  window.addEventListener("popstate", () => {
    if (document.getElementById("results")) go(location.href, null, false);
  });
}

/** @param {HTMLFormElement} form */
function address(form) {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") parameters.append(name, value);
  const query = parameters.toString();
  return form.action.split("?")[0] + (query ? `?${query}` : "");
}

/** @param {string} url @param {string|null} focus @param {boolean} remember */
async function go(url, focus, remember) {
  running?.abort();
  running = new AbortController();
  const results = document.getElementById("results");
  results?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { signal: running.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = [...document.querySelectorAll("details[open][id]")].map((details) => details.id);
    for (const id of REGIONS) {
      const [before, after] = [document.getElementById(id), next.getElementById(id)];
      if (!before || !after) continue;
      if (id === "filters") before.querySelector("form")?.replaceWith(after.querySelector("form"));
      else before.replaceWith(after);
    }
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    document.title = next.title;
    if (remember) history.pushState(null, "", answer.url);
    if (focus) document.getElementById(focus)?.focus();
    startCopyButtons(document.getElementById("results"));
    announce(document.getElementById("heading")?.dataset.say ?? "Results updated");
  } catch (failure) {
    if (failure.name !== "AbortError") location.assign(url);
  }
}
