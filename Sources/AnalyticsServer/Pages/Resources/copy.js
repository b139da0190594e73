import { say } from "./dialogs.js";

/** Copies what an element holds; also where the page has no secure context and so no clipboard. */
async function copy(source) {
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text.trim());
    return true;
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button || button.dataset.label) return;
  const isCopied = await copy(document.querySelector(button.dataset.copy));
  const text = isCopied ? "Copied" : "Press Ctrl+C";
  button.dataset.label = button.textContent;
  button.textContent = text;
  say(text, { isShown: false });
  setTimeout(() => {
    button.textContent = button.dataset.label;
    delete button.dataset.label;
  }, 2000);
});
