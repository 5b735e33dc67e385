// Enhancements only: every task works without this file. No inline code, no foreign origin.
import { startCombobox } from "./combobox.js";
import { startLiveForms } from "./live.js";
import { startCopyButtons } from "./copy.js";

for (const input of document.querySelectorAll("input[data-suggest]")) startCombobox(input);
startLiveForms();
startCopyButtons(document);
