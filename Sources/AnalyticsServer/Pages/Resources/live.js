import { leave } from "./api.js";

const types = [
  "data-ingested", "alert-triggered", "alert-updated", "alert-resolved", "report-updated", "report-completed",
];
const words = { live: "Live", reconnecting: "Reconnecting…", offline: "Offline" };
const selector = "[id][data-live]";

/** The HTML of each live region as the server sent it, by its id. */
const sent = new Map();
/** The regions in which somebody began to fill something in. */
const edited = new WeakSet();
/** The families whose regions are to be loaded; `*` is all. */
const wanted = new Set();

let timer = 0;
let notBefore = 0;
let isLoading = false;
let isPostponed = false;
let reloads = 0;

function keep(root) {
  for (const region of root.querySelectorAll(selector)) sent.set(region.id, region.outerHTML);
}

/** The page as the server has it now. Throws the milliseconds to wait where it does not come. */
async function load() {
  const response = await fetch(location.href, { cache: "no-cache", headers: { Accept: "text/html" } }).catch(() => {});
  if (response?.status === 401 || (response?.redirected && new URL(response.url).pathname === "/login")) leave();
  if (!response?.ok || response.redirected) throw 1000 * (Number(response?.headers.get("Retry-After")) || 5);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** How to find, in what takes the place of `root`, what stands for an element of it. */
function finder(element, root) {
  const attribute = ["id", "data-api", "data-open", "href", "name"].find((name) => {
    const value = element.getAttribute(name);
    return value && root.querySelectorAll(`${element.localName}[${name}="${CSS.escape(value)}"]`).length === 1;
  });
  if (attribute) {
    const query = `${element.localName}[${attribute}="${CSS.escape(element.getAttribute(attribute))}"]`;
    return (next) => next.querySelector(query);
  }
  const path = [];
  for (let at = element; at !== root; at = at.parentElement) path.unshift([...at.parentElement.children].indexOf(at));
  return (next) => {
    const found = path.reduce((at, index) => at?.children[index], next);
    return found?.localName === element.localName ? found : null;
  };
}

/** How to find what takes the focus where an element of a list is gone: the rest of its item, or what is in its place. */
function heir(element, root) {
  const item = element.closest("li[id], tr[id]");
  if (!item || item === root || !root.contains(item)) return () => null;
  const place = [...item.parentElement.children].indexOf(item);
  const list = finder(item.parentElement, root);
  return (next) => {
    const { children = [] } = list(next) ?? {};
    const items = [next.querySelector(`#${CSS.escape(item.id)}`), children[place], children[place - 1]];
    const controls = items.map((each) => each?.querySelector(":scope button:not(dialog *)") ?? each?.querySelector("a[href]"));
    return controls.find(Boolean);
  };
}

/** What figures an element has: the element and its value, by name. */
function figures(root) {
  return new Map([...root.querySelectorAll("[data-figure]")].map((element, index) => {
    const data = element.matches("data") ? element : element.querySelector("data");
    return [element.dataset.figure || index, { element, value: data?.value || element.textContent.trim() }];
  }));
}

/** Puts one element in the place of another, with focus, opened details and scrolled tables as they were. */
function replace(old, next) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const active = focused && [finder(focused, old), heir(focused, old)];
  const kept = [...old.querySelectorAll("details, .table-wrap")].map((element) => [element, finder(element, old)]);
  const before = figures(old);

  old.replaceWith(next);
  keep(next.parentElement);
  document.dispatchEvent(new CustomEvent("page:replaced", { detail: { old, next } }));

  for (const [element, find] of kept) {
    const found = find(next);
    if (!found) continue;
    if (element.open !== undefined) found.open = element.open;
    found.scrollLeft = element.scrollLeft;
  }
  if (active) (active[0](next) ?? active[1](next) ?? document.querySelector("main")).focus({ preventScroll: true });

  for (const [name, { element, value }] of figures(next)) {
    if (!before.has(name) || before.get(name).value === value) continue;
    element.classList.add("changed");
    setTimeout(() => element.classList.remove("changed"), 1000);
  }
}

function isBusy(region) {
  return edited.has(region) || region.querySelector("dialog[open], [aria-busy=true]")
    || (region.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
}

const isOf = (region, families) =>
  families.has("*") || region.dataset.live.split(/\s+/).some((family) => families.has(family));

const regions = (root) => [...root.querySelectorAll(selector)];

/** Puts a page's whole content in the place of this one's. */
function renew(page) {
  const [main, next] = [document.querySelector("main"), page.querySelector("main")];
  document.title = page.title;
  for (const old of regions(document)) {
    const region = !main.contains(old) && page.getElementById(old.id);
    if (region && sent.get(old.id) !== region.outerHTML) replace(old, document.adoptNode(region));
  }
  replace(main, document.adoptNode(next));
}

/** Whether a page has regions that this one lacks or lacks some of its, as where the first figures have come. */
function isAnother(page) {
  const [here, there] = [document, page].map((root) => regions(root).map(({ id }) => id).join(" "));
  return here !== there;
}

function update(page, families) {
  if (isAnother(page)) {
    if ([document.querySelector("main"), ...regions(document)].some(isBusy)) isPostponed = true;
    else renew(page);
    return;
  }
  for (const old of regions(document)) {
    const next = isOf(old, families) && page.getElementById(old.id);
    if (!next || sent.get(old.id) === next.outerHTML) continue;
    if (isBusy(old)) isPostponed = true;
    else replace(old, document.adoptNode(next));
  }
}

async function run() {
  timer = 0;
  const families = new Set(wanted);
  wanted.clear();
  if (!regions(document).some((region) => isOf(region, families))) return;
  const began = reloads;
  isLoading = true;
  notBefore = performance.now() + 500;
  try {
    const page = await load();
    // What was asked for before the page was made anew may be older than that.
    if (began === reloads) update(page, families);
    else families.forEach((family) => wanted.add(family));
  } catch (pause) {
    notBefore = performance.now() + (Number(pause) || 5000);
    families.forEach((family) => wanted.add(family));
  }
  isLoading = false;
  schedule();
}

function schedule() {
  if (!wanted.size || timer || isLoading || document.hidden) return;
  timer = setTimeout(run, Math.max(0, notBefore - performance.now()));
}

/** Loads the live regions of a family, or all, at most every 500 ms. */
export function refresh(family = "*") {
  wanted.add(family);
  schedule();
}

/** Loads the whole page's content at once. */
export async function reload() {
  reloads += 1;
  try {
    renew(await load());
  } catch {
    location.reload();
  }
}

/** Holds the stream of events while somebody looks, so that hidden tabs do not use up the browser's connections. */
class Stream {
  #source;
  #timer = 0;
  #pause = 1000;
  #hasMissed = false;

  open() {
    if (this.#source || document.hidden) return;
    clearTimeout(this.#timer);
    const source = (this.#source = new EventSource("/api/v1/events"));
    source.onopen = () => {
      this.#show("live");
      this.#pause = 1000;
      this.#catchUp();
    };
    source.onerror = () => {
      this.#show(navigator.onLine ? "reconnecting" : "offline");
      if (source.readyState === EventSource.CLOSED) {
        // The browser gave up. Whether the session has ended is seen by the page.
        if (this.#pause === 1000) refresh();
        this.close();
        this.#timer = setTimeout(() => this.open(), this.#pause * (0.75 + Math.random() / 2));
        this.#pause = Math.min(this.#pause * 2, 60_000);
      }
      this.#hasMissed = true;
    };
    for (const type of types) source.addEventListener(type, () => refresh(type.split("-")[0]));
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    this.#hasMissed = true;
  }

  /** Opens it anew, now. */
  reopen() {
    this.close();
    this.#pause = 1000;
    this.open();
  }

  lose() {
    this.close();
    this.#show("offline");
  }

  #catchUp() {
    if (this.#hasMissed) refresh();
    this.#hasMissed = false;
  }

  #show(state) {
    for (const element of document.querySelectorAll(".live")) {
      if (element.dataset.state === state) continue;
      element.dataset.state = state;
      (element.querySelector(".live-text") ?? element).textContent = words[state];
    }
  }
}

function resume() {
  if (!isPostponed) return;
  isPostponed = false;
  refresh();
}

keep(document);

for (const type of ["input", "change"]) {
  document.addEventListener(type, ({ target }) => {
    const region = target.closest?.(selector);
    if (region && target.form) edited.add(region);
  });
}
document.addEventListener("reset", ({ target }) => {
  edited.delete(target.closest(selector));
  resume();
});
document.addEventListener("focusout", () => setTimeout(resume));
document.addEventListener("close", ({ target }) => {
  // What was typed into a dialog that was left is given up with it.
  for (const form of target.querySelectorAll?.("form") ?? []) form.reset();
  const region = target.closest?.(selector);
  if (region) edited.delete(region);
  setTimeout(resume);
}, true);

if (document.querySelector(`.live, ${selector}`)) {
  const stream = new Stream();
  for (const element of document.querySelectorAll(".live")) {
    element.setAttribute("role", "status");
    // Not seen until it is known.
    delete element.dataset.state;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? stream.close() : stream.open()));
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", ({ persisted }) => persisted && stream.open());
  addEventListener("online", () => stream.reopen());
  addEventListener("offline", () => stream.lose());
  stream.open();
}
