/** Opens a dialog. @param {HTMLDialogElement} dialog */
export function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

/** Closes a dialog. @param {HTMLDialogElement} dialog */
export function close(dialog) {
  if (dialog.open) dialog.close();
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

let count = 0;

/**
 * Asks whether to do something.
 * @param {string} question
 * @param {HTMLElement} [button] what asks; its words and whether it is dangerous are those of the answer yes
 * @returns {Promise<boolean>}
 */
export function ask(question, button) {
  const no = element("button", "button", "Cancel");
  const yes = element("button", "button primary", button?.textContent.trim() || button?.ariaLabel || "OK");
  yes.classList.toggle("danger", Boolean(button?.matches(".danger, [data-api^=DELETE]")));
  return put(question, no, yes);
}

/** Tells what must not be missed, until it is read. @param {string} text */
export const tell = (text) => put(text, element("button", "button primary", "OK"));

/** Shows a text with buttons, the first of which has the focus; whether the second one was chosen. */
function put(text, first, second) {
  const dialog = element("dialog", "dialog", "");
  const title = element("h2", "", text);
  title.id = `question-${(count += 1)}`;
  dialog.setAttribute("aria-labelledby", title.id);
  const actions = element("div", "dialog-actions", "");
  actions.append(...[first, second].filter(Boolean));
  dialog.append(title, actions);
  document.body.append(dialog);
  return new Promise((resolve) => {
    first.onclick = () => dialog.close();
    if (second) second.onclick = () => dialog.close("yes");
    dialog.onclose = () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    };
    dialog.showModal();
    first.focus();
  });
}

let pressed = null;
document.addEventListener("pointerdown", ({ target }) => {
  pressed = target;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-open]");
  if (opener) open(document.querySelector(opener.dataset.open));
  if (target.closest?.("[data-close]")) close(target.closest("dialog"));
  // Beside a dialog, unless something is being filled in.
  if (target === pressed && target.matches?.("dialog") && !target.querySelector("form")) close(target);
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/** A region that screen readers read out; in a dialog's own, because the rest of the page is inert below it. */
function region() {
  const host = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  let element = host.querySelector(":scope > .toasts");
  if (!element) {
    element = document.createElement("div");
    element.className = "toasts";
    element.setAttribute("role", "status");
    host.append(element);
  }
  return element;
}

/**
 * Says something for a moment.
 * @param {string} text
 * @param {{isError?: boolean, isShown?: boolean}} [options] not shown, it is for screen readers alone
 */
export function say(text, { isError = false, isShown = true } = {}) {
  const to = region();
  const item = document.createElement("div");
  item.className = isShown ? "toast" : "visually-hidden";
  item.classList.toggle("error", isError);
  item.textContent = text;
  // What a region has from the beginning is not read out.
  setTimeout(() => to.append(item), 60);
  setTimeout(() => item.remove(), isError ? 9000 : 4000);
}
