import { localized } from "./format.js";
import { create, end, follow, put, remove } from "./imports.js";
import { refresh } from "./live.js";

const formats = { csv: "text/csv", ndjson: "application/x-ndjson" };
const previewBytes = 65_536;
const previewLines = 5;

function element(name, className = "", ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function table(head, rows, className = "") {
  const headers = head.map((text) => Object.assign(element("th", "", text), { scope: "col" }));
  const body = rows.map((row) => element("tr", "", ...row.map((text) => element("td", "", text))));
  const made = element("table", `table compact ${className}`, element("thead", "", element("tr", "", ...headers)));
  made.append(element("tbody", "", ...body));
  const wrap = element("div", "table-wrap", made);
  wrap.tabIndex = 0;
  return wrap;
}

/**
 * The first records of a CSV text (RFC 4180): quoted fields hold commas, line breaks and doubled quotes.
 * @param {string} text
 * @param {number} limit how many
 * @returns {string[][]}
 */
export function records(text, limit) {
  const result = [];
  const field = /(?:"((?:[^"]|"")*)"?([^,\r\n]*)|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
  field.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  let record = [];
  while (result.length < limit && field.lastIndex < text.length) {
    const [, quoted, tail, plain, end] = field.exec(text);
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"') + tail);
    if (end === ",") {
      // A comma at the very end has one more field behind it, an empty one.
      if (field.lastIndex < text.length) continue;
      record.push("");
    }
    if (record.length > 1 || record[0] !== "") result.push(record);
    record = [];
  }
  return result;
}

function size(bytes) {
  const power = Math.min(Math.floor(Math.log2(bytes || 1) / 10), 3);
  const number = bytes / 1024 ** power;
  return localized(`${power ? number.toFixed(1) : number} ${["B", "KiB", "MiB", "GiB"][power]}`);
}

const count = (number, word) => localized(`${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`);

/** One place that files are dropped on. */
class Dropzone {
  #zone;
  #file;
  #id = 0;
  #isSending = false;

  constructor(zone) {
    this.#zone = zone;
    this.input = zone.querySelector("input[type=file]");
    this.preview = element("div", "stack");
    this.dryRun = Object.assign(document.createElement("input"), { type: "checkbox" });
    this.start = element("button", "button primary", "Import");
    this.undo = element("button", "button danger", "Undo");
    this.start.type = this.undo.type = "button";
    this.options = element("div", "row", this.start, element("label", "check", this.dryRun, "Dry run: check, store nothing"));
    this.bar = Object.assign(document.createElement("progress"), { max: 1 });
    this.bar.setAttribute("aria-label", "Upload");
    this.status = element("p");
    this.status.setAttribute("role", "status");
    this.result = element("div", "stack");
    this.options.hidden = this.bar.hidden = true;
    zone.append(this.preview, this.options, this.bar, this.status, this.result);
    this.start.onclick = () => this.#import();
    this.undo.onclick = () => this.#takeBack();
  }

  get #format() {
    return /\.(ndjson|jsonl)$/i.test(this.#file.name) ? "ndjson" : "csv";
  }

  /** Shows what a file begins with. */
  async choose(file) {
    if (!file || this.#isSending) return;
    this.#file = file;
    this.#id = 0;
    this.#say("");
    this.result.replaceChildren();
    const text = await file.slice(0, previewBytes).text();
    const lines =
      this.#format === "csv"
        ? records(text, previewLines + 1)
        : [["Record"], ...text.split("\n").filter(Boolean).slice(0, previewLines).map((line) => [line.slice(0, 200)])];
    const title = element("p", "", element("strong", "", file.name), ` · ${size(file.size)}`);
    title.title = count(file.size, "byte");
    this.preview.replaceChildren(title, ...(lines.length ? [table(lines[0], lines.slice(1), "nowrap")] : []));
    this.options.hidden = file.size === 0;
    if (file.size === 0) this.#say("This file is empty. Choose another.", true);
  }

  #say(text, isError = false) {
    this.status.textContent = text;
    this.status.className = text ? `notice${isError ? " error" : ""}` : "";
  }

  #setSending(isSending) {
    this.#isSending = isSending;
    this.start.disabled = this.dryRun.disabled = isSending;
    if (this.input) this.input.disabled = isSending;
    this.start.setAttribute("aria-busy", String(isSending));
    this.bar.hidden = !isSending;
    this.bar.value = 0;
  }

  async #import() {
    this.#setSending(true);
    this.result.replaceChildren();
    this.#say("Sending…");
    const [format, isDryRun] = [this.#format, this.dryRun.checked];
    const content = { name: this.#file.name.slice(0, 100), format, ...(isDryRun && { dry_run: true }) };
    const made = await create(content);
    if (made.ok) {
      this.#id = made.body.data.id;
      const sending = put(this.#id, formats[format], this.#file, (loaded, total) => this.#show(loaded, total));
      await follow(this.#id, sending, ({ record_count: records, bytes_read: bytes }) =>
        this.#say(`${count(records, "record")} read, ${size(bytes)} of ${size(this.#file.size)}`));
      await this.#finish(await sending);
    } else {
      this.#say(made.message, true);
    }
    this.#setSending(false);
  }

  /** Shows how much of the file has gone. */
  #show(loaded, total) {
    if (total && loaded < total) this.bar.value = loaded / total;
    else this.bar.removeAttribute("value");
  }

  /** Shows how the import ended. */
  async #finish(sent) {
    const view = sent.ok ? sent.body.data : await end(this.#id);
    if (view?.status === "completed") {
      const text = count(view.record_count, "record");
      this.#say(view.dry_run ? `${text} would be imported. Nothing was stored.` : `${text} imported.`);
      if (!view.dry_run) this.result.replaceChildren(element("div", "row", this.undo));
      refresh();
      return;
    }
    // An answer of the server says more than what the import keeps.
    const errors = Object.entries(view?.error_count ? view.errors : (sent.body?.errors ?? {}));
    const faults = view?.error_count ? `${count(view.error_count, "fault")} found, nothing was stored. Mend the file and choose it again.` : "";
    this.#say(faults || view?.failure || sent.message, true);
    if (errors.length) {
      const rows = errors.flatMap(([field, texts]) => {
        const [, row, name] = /^(?:lines|records)\.(\d+)\.?(.*)$/.exec(field) ?? [null, "", field];
        return texts.map((text) => [row, name, text]);
      });
      this.result.replaceChildren(table(["Line", "Field", "What is wrong"], rows));
    }
    refresh();
  }

  async #takeBack() {
    this.undo.disabled = true;
    const { ok, status, message } = await remove(this.#id);
    this.undo.disabled = false;
    if (!ok && status !== 404) {
      this.#say(message, true);
      return;
    }
    this.result.replaceChildren();
    this.#say("The import is undone.");
    this.start.focus();
    refresh();
  }
}

const zones = new WeakMap();

function prepare(root) {
  for (const zone of root.querySelectorAll("[data-import]")) zones.set(zone, new Dropzone(zone));
}

const zoneOf = ({ target }) => target.closest?.("[data-import]");

// A file that was mended is chosen once more; a browser says nothing of the choice of what is chosen already.
document.addEventListener("click", (event) => {
  if (event.target.matches?.("input[type=file]") && zoneOf(event)) event.target.value = "";
});
document.addEventListener("change", (event) => {
  const zone = event.target.matches?.("input[type=file]") && zoneOf(event);
  if (zone) zones.get(zone)?.choose(event.target.files[0]);
});
for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    const isOver = type.startsWith("drage") || type === "dragover" || (type === "dragleave" && zone.contains(event.relatedTarget));
    zone.classList.toggle("over", isOver);
    if (type === "drop") zones.get(zone)?.choose(event.dataTransfer.files[0]);
  });
}
document.addEventListener("page:replaced", ({ detail }) => prepare(detail.next));
prepare(document);
