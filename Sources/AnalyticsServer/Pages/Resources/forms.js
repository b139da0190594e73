import { member, request } from "./api.js";
import { ask, close, open, say, tell } from "./dialogs.js";
import { reload } from "./live.js";

/** The keys of tries of which it is not known whether they arrived, with what was sent. */
const tries = new WeakMap();

const parse = {
  boolean: (text) => (["true", "false"].includes(text) ? text === "true" : text),
  integer: (text) => (/^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text),
  list: (text) => text.split(/[\n,]/).map((item) => item.trim()).filter(Boolean),
  number: (text) => text.trim(),
};

/** A form's controls as the JSON that is sent. */
function body(form, submitter) {
  const result = {};
  const set = (path, value) => {
    const names = path.split(".");
    const last = names.pop();
    names.reduce((at, name) => (at[name] ??= {}), result)[last] = value;
  };
  for (const control of form.elements) {
    const { name, value, dataset, type } = control;
    if (!name || control.matches(":disabled, fieldset, output, [type=file]")) continue;
    if (["submit", "button", "image", "reset"].includes(type) && control !== submitter) continue;
    if (type === "checkbox") {
      if (dataset.type === "member") set(name, [...(member(result, name) ?? []), ...(control.checked ? [value] : [])]);
      else set(name, control.checked);
    } else if (type === "radio") {
      if (control.checked) set(name, (parse[dataset.type] ?? String)(value));
    } else if (control.multiple && control.options) {
      set(name, [...control.selectedOptions].map((option) => option.value));
    } else if (value !== "") {
      set(name, (parse[dataset.type] ?? String)(value));
    } else if (dataset.empty === "null") {
      set(name, null);
    } else if (dataset.empty === "keep") {
      set(name, dataset.type === "list" ? [] : "");
    }
  }
  return result;
}

/** Shows what is wrong with a control beside it, or takes that away. */
function mark(control, text) {
  const field = control.closest(".field");
  if (!field) return false;
  let error = field.querySelector(".error");
  if (!error) {
    if (!text) return true;
    error = document.createElement("p");
    error.className = "error";
    field.append(error);
  }
  const details = text && control.closest("details");
  if (details) details.open = true;
  error.id ||= `error-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  error.textContent = text;
  const ids = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
  if (text) {
    control.setAttribute("aria-invalid", "true");
    ids.push(error.id);
  } else {
    control.removeAttribute("aria-invalid");
  }
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
  return true;
}

function clear(form) {
  form.querySelectorAll("[aria-invalid]").forEach((control) => mark(control, ""));
  form.querySelector(":scope > .notice.error")?.remove();
}

function notice(form, text) {
  const element = document.createElement("div");
  element.className = "notice error";
  element.setAttribute("role", "alert");
  element.textContent = text;
  const head = form.querySelector(":scope > :is(h1, h2, .card-head):first-child");
  if (head) head.after(element);
  else form.prepend(element);
  element.scrollIntoView({ block: "nearest" });
}

/** Shows an answer that is a refusal in a form. */
function refuse(form, { status, body, message }) {
  const rest = [];
  for (const [field, texts] of Object.entries((status === 422 && body?.errors) || {})) {
    // A fault of one item of a list, such as `emails.2`, stands at the list.
    const control = [field, field.split(".")[0]].map((name) => {
      const found = form.elements.namedItem(name);
      return found instanceof RadioNodeList ? found[0] : found;
    }).find((found) => found && found.type !== "hidden");
    if (!control || !mark(control, texts.join(" "))) rest.push(...texts);
  }
  const first = form.querySelector("[aria-invalid=true]");
  if (rest.length || !first) notice(form, rest.join(" ") || message);
  first?.focus();
}

/** Whether an answer has no secret any more that another element shows: the first one that had it was lost. */
function lacks(element, answer) {
  return [...element.querySelectorAll("[data-fill]")].some((part) => (member(answer, part.dataset.fill) ?? null) === null);
}

/** Puts an answer into the elements of another that ask for a part of it. */
function fill(element, answer) {
  for (const part of element.querySelectorAll("[data-fill]")) {
    const value = member(answer, part.dataset.fill) ?? "";
    part["value" in part && !part.matches("button, li, data") ? "value" : "textContent"] = value;
  }
}

/** Does what follows a success. */
async function follow(element, answer) {
  const [, kind, target] = /^(\w+):?(.*)$/.exec(element.dataset.then ?? "") ?? [];
  const dialog = element.closest("dialog");
  if (kind === "goto") {
    location.assign(target.replace(/\{([\w.]+)\}/g, (_, path) => encodeURIComponent(member(answer, path) ?? "")));
    return;
  }
  if (kind === "show") {
    const shown = document.querySelector(target);
    if (lacks(shown, answer)) {
      if (dialog) close(dialog);
      await tell(element.dataset.lost);
      await reload();
      return;
    }
    fill(shown, answer);
    shown.hidden = false;
    if (dialog && dialog !== shown) close(dialog);
    if (element.reset) element.reset();
    if (shown.matches("dialog")) {
      open(shown);
      shown.addEventListener("close", reload, { once: true });
    }
  } else {
    if (dialog) close(dialog);
    if (element.reset && kind === "reload") element.reset();
    if (kind === "reload") await reload();
  }
  if (element.dataset.done) say(element.dataset.done);
  document.dispatchEvent(new CustomEvent("api:done", { detail: { element, answer } }));
}

/**
 * Sends what a form or a button says.
 * @param {HTMLElement} element has the data attributes
 * @param {HTMLElement} [button] busy meanwhile
 * @param {any} content
 */
async function send(element, button, content) {
  if (button?.ariaBusy === "true") return;
  const { api, confirm } = element.dataset;
  const [method, path] = api.split(" ");
  if (confirm && !(await ask(confirm, button))) return;

  const text = JSON.stringify(content);
  const known = tries.get(element);
  const key = known && known.text === text ? known.key : crypto.randomUUID?.();
  const headers = method === "POST" && key ? { "Idempotency-Key": key } : {};

  const hasFocus = button && document.activeElement === button;
  button?.setAttribute("aria-busy", "true");
  if (button) button.disabled = true;
  const answer = await request(method, path, content, { headers });
  if (button) button.disabled = false;
  // A button that is switched off loses the focus.
  if (hasFocus && document.activeElement === document.body) button.focus();
  button?.removeAttribute("aria-busy");

  if (answer.status === 0 || answer.status >= 500) tries.set(element, { text, key });
  else tries.delete(element);

  if (answer.ok) await follow(element, answer.body);
  else if (element.matches("form")) refuse(element, answer);
  else {
    say(answer.message, { isError: true });
    button?.focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-api]")) return;
  event.preventDefault();
  clear(form);
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  send(form, button, body(form, event.submitter));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-api]");
  if (!button) return;
  event.preventDefault();
  send(button, button, button.dataset.body ? JSON.parse(button.dataset.body) : undefined);
});

// What the browser finds wrong is said where the server's faults are.
document.addEventListener("invalid", (event) => {
  const control = event.target;
  if (!mark(control, control.validationMessage)) return;
  event.preventDefault();
  queueMicrotask(() => control.form?.querySelector("[aria-invalid=true]")?.focus());
}, true);

document.addEventListener("input", ({ target }) => {
  if (target.matches?.("[aria-invalid]")) mark(target, "");
});
