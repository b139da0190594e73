import { create, end, put } from "./imports.js";
import { reload } from "./live.js";

const days = 90;
/** How busy each day of the week is, from Sunday. */
const rhythm = [0.64, 1.08, 1.12, 1.1, 1.04, 0.98, 0.71];
/** Of every hundred orders how many are of a category, and what one of them costs. */
const products = [
  { category: "Hardware", share: 0.34, price: 189 },
  { category: "Subscriptions", share: 0.41, price: 49 },
  { category: "Services", share: 0.15, price: 125 },
  { category: "Training", share: 0.1, price: 99 },
];
const sources = [
  { source: "web", share: 0.62 },
  { source: "mobile", share: 0.38 },
];

/** Between both, each as likely. */
const between = (low, high) => low + Math.random() * (high - low);

/** The points of a day. @param {Date} date @param {number} index from 0, by which business has grown */
function points(date, index) {
  const day = date.toISOString().slice(0, 10);
  const result = [];
  const add = (metric_type, value, more = {}) => result.push({ metric_type, value, recorded_at: day, ...more });

  // A day's business: the week's rhythm times half a percent of growth a day.
  const visitors = 900 * rhythm[date.getUTCDay()] * (1 + index * 0.005) * between(0.94, 1.06);
  let users = 0;
  let orders = 0;
  for (const { source, share } of sources) {
    const part = Math.round(visitors * share * between(0.96, 1.04));
    const sold = Math.round(part * between(0.03, 0.036));
    users += part;
    orders += sold;
    add("users", part, { source });
    add("orders", sold, { source });
    add("page_views", Math.round(part * between(3.8, 4.6)), { source });
  }
  for (const { category, share, price } of products) {
    add("revenue", (orders * share * price * between(0.85, 1.15)).toFixed(2), { category, source: "web" });
  }
  add("conversion_rate", ((100 * orders) / users).toFixed(2), { source: "web" });
  // Both get a little better along with the shop.
  add("bounce_rate", (46 - index * 0.05 + between(-2.5, 2.5)).toFixed(2), { source: "web" });
  add("session_duration", Math.round(165 + index * 0.3 + between(-20, 20)), { source: "web" });
  return result;
}

/** Figures of a small shop up to today, a JSON object on each line. */
function file() {
  const today = Math.floor(Date.now() / 86_400_000);
  const date = (index) => new Date((today - days + 1 + index) * 86_400_000);
  const all = Array.from({ length: days }, (_, index) => points(date(index), index));
  return all.flat().map((point) => JSON.stringify(point)).join("\n");
}

/** The import of a try that failed, which takes its file again; so a second try does not leave two of them. */
let made = 0;
/** By which the server knows that a second try to make it is the same. */
let key;

/** Makes the data. @returns {Promise<string>} what went wrong; empty where nothing did */
async function fill() {
  if (!made) {
    key ??= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    const content = { name: "Demo data", format: "ndjson" };
    const created = await create(content, { headers: { "Idempotency-Key": key } });
    if (!created.ok) return created.message;
    made = created.body.data.id;
  }
  const sent = await put(made, "application/x-ndjson", file());
  const view = sent.ok ? sent.body.data : await end(made, 30);
  if (view?.status === "completed") {
    [made, key] = [0, undefined];
    return "";
  }
  // Somebody removed it.
  if (sent.status === 404) [made, key] = [0, undefined];
  return sent.message;
}

/** Says beside a button what went wrong, or takes that away. */
function tell(button, text) {
  const place = button.closest("p") ?? button;
  if (place.nextElementSibling?.matches("[data-demo-error]")) place.nextElementSibling.remove();
  if (!text) return;
  const notice = Object.assign(document.createElement("p"), { className: "notice error", textContent: text });
  notice.dataset.demoError = "";
  notice.setAttribute("role", "alert");
  place.after(notice);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-demo]");
  if (!button || button.ariaBusy === "true") return;
  tell(button, "");
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  const fault = await fill();
  // What comes in its place has the figures, so it stays busy until then.
  if (!fault) await reload();
  button.disabled = false;
  button.removeAttribute("aria-busy");
  if (!fault) return;
  tell(button, fault);
  button.focus();
});
