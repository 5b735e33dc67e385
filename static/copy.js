/** Adds a copy button after every element that asks for one with `data-copy`. @param {ParentNode} root */
export function startCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const source of root.querySelectorAll("[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${source.dataset.copy}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        announce(`${source.dataset.copy} copied`);
        button.textContent = "Copied";
      } catch {
        announce("Copying was not allowed; select the text instead");
      }
    });
    source.after(button);
  }
}

/** Says something to people who listen to the page. @param {string} text */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}
