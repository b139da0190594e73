import { request } from "./api.js";
import { say } from "./dialogs.js";

/** @typedef {{from: string, to: string, days: {date: string, value: number | null}[], alerts: number, alerts_per_week: number}} Preview */

const svgNames = "http://www.w3.org/2000/svg";
const height = 200;
const plot = { left: 1, top: 14, bottom: height - 24 };
const dayLength = 86_400_000;

const monthText = new Intl.DateTimeFormat("en", { timeZone: "UTC", month: "short" });
/** A day as the server writes it, such as `23 Nov 2026`. */
function dayText(day) {
  const date = new Date(day);
  return `${date.getUTCDate()} ${monthText.format(date)} ${date.getUTCFullYear()}`;
}
const number = new Intl.NumberFormat(navigator.language, { maximumFractionDigits: 4 });

function node(name, attributes, text = "") {
  const made = document.createElementNS(svgNames, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function element(name, className, ...content) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}

/** What a form says of a rule, as far as a preview needs it. */
function rule(form) {
  const names = ["metric_type", "condition", "operator", "threshold", "category", "at", "consecutive_days"];
  const values = names.map((name) => [name, form.elements.namedItem(name)?.value.trim()]);
  return Object.fromEntries(values.filter(([, value]) => value));
}

/** What stands behind the figures that a form is about. */
function unit(form) {
  const { metric_type: metric, condition } = form.elements;
  const text = condition.value === "daily_change_percent" ? "%" : metric.selectedOptions[0]?.dataset.unit;
  return text ? ` ${text}` : "";
}

/** The days from the first to the last, as milliseconds. */
function days({ from, to }) {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  return Array.from({ length: Math.round((last - first) / dayLength) + 1 }, (_, index) => first + index * dayLength);
}

/**
 * Where a figure stands in the picture. Days without one reach from the bottom to the top.
 * @param {number[]} figures
 */
function scale(figures) {
  const [low, high] = [Math.min(...figures), Math.max(...figures)];
  const margin = (high - low) / 8 || 1;
  return (figure) => plot.bottom - ((figure - low + margin) / (high - low + 2 * margin)) * (plot.bottom - plot.top);
}

/**
 * The picture of a preview: a bar a bad day, from the threshold to the figure.
 * @param {Preview} preview
 * @param {number | null} threshold
 * @param {string} unit
 * @param {number} width in CSS pixels
 */
function picture(preview, threshold, unit, width) {
  const all = days(preview);
  const values = new Map(preview.days.map(({ date, value }) => [Date.parse(date), value]));
  const right = width - 1;
  const band = (right - plot.left) / all.length;
  const known = [...values.values()].filter((value) => value !== null);
  const y = scale(threshold === null ? known : [...known, threshold]);
  const svg = node("svg", {
    viewBox: `0 0 ${width} ${height}`, "data-left": plot.left, "data-right": right, "data-top": plot.top,
    "data-bottom": plot.bottom, "data-form": "bars", "aria-hidden": "true",
  });

  all.forEach((day, index) => {
    if (new Date(day).getUTCDate() !== 1) return;
    const x = plot.left + band * index;
    svg.append(node("line", { class: "preview-grid", x1: x, x2: x, y1: plot.top, y2: plot.bottom }));
    if (x < width - 28) svg.append(node("text", { class: "preview-label", x, y: height - 6 }, monthText.format(day)));
  });
  svg.append(node("line", { class: "preview-axis", x1: plot.left, x2: right, y1: plot.bottom, y2: plot.bottom }));

  const from = threshold === null ? plot.bottom : y(threshold);
  all.forEach((day, index) => {
    if (!values.has(day)) return;
    const value = values.get(day);
    const to = value === null ? plot.top : y(value);
    const [top, length] = [Math.min(from, to), Math.max(3, Math.abs(from - to))];
    const x = plot.left + band * index + band * 0.15;
    svg.append(node("rect", { class: "preview-day", x, y: top, width: band * 0.7, height: length, rx: 1 }));
  });
  if (threshold !== null) {
    const isHigh = from < plot.top + 16;
    svg.append(
      node("line", { class: "preview-threshold", x1: plot.left, x2: right, y1: from, y2: from }),
      node("text", { class: "preview-label preview-name", x: plot.left + 2, y: isHigh ? from + 14 : from - 5 },
        number.format(threshold) + unit),
    );
  }

  const rows = all.map((day) => {
    const value = values.get(day);
    const text = value === undefined ? "not broken" : value === null ? "no data point" : number.format(value) + unit;
    const head = element("th", "", dayText(day));
    head.scope = "row";
    const cell = element("td", "", text);
    if (value !== undefined && value !== null) cell.dataset.y = y(value);
    return element("tr", "", head, cell);
  });
  const heads = ["Day", "Figure"].map((text) => Object.assign(element("th", "", text), { scope: "col" }));
  const table = element("table", "visually-hidden",
    element("caption", "", "On which days the rule would have been broken"),
    element("thead", "", element("tr", "", ...heads)), element("tbody", "", ...rows));
  const figure = element("figure", "chart", svg, table);
  figure.dataset.chart = "";
  figure.tabIndex = 0;
  figure.setAttribute("aria-label", "Bad days, with arrow keys day by day");
  return figure;
}

/**
 * What a preview says, with its picture where there is something to see.
 * @param {HTMLElement} result
 * @param {Preview} preview
 */
function show(result, preview, form) {
  const length = days(preview).length;
  const range = `${dayText(Date.parse(preview.from))} – ${dayText(Date.parse(preview.to))}`;
  if (preview.alerts === 0) {
    const text = `On none of the past ${length} days would this rule have been broken.`;
    result.replaceChildren(element("p", "", text), element("p", "small muted", range));
    return text;
  }
  const { condition, threshold } = form.elements;
  const limit = condition.value === "missing" ? null : Number(threshold.value);
  const perWeek = number.format(preview.alerts_per_week);
  const text = `${preview.alerts} of ${length} days, if each alert is resolved by the next day`;
  result.replaceChildren(
    element("p", "", element("span", "kpi-value", perWeek), ` alert${perWeek === "1" ? "" : "s"} a week`),
    element("p", "small muted", text),
    picture(preview, limit, unit(form), Math.max(260, Math.round(result.clientWidth))),
    element("p", "small muted", range),
  );
  return `${perWeek} alerts a week. ${text}.`;
}

/** The request that is under way, by the form that asked. */
const requests = new WeakMap();
/** The button of each form that has a preview, which follows its changes. */
const followed = new WeakMap();

async function preview(button, isAsked) {
  const { form } = button;
  const result = document.querySelector(`${button.dataset.preview} [data-preview-result]`);
  requests.get(form)?.abort();
  const controller = new AbortController();
  requests.set(form, controller);
  if (isAsked) button.setAttribute("aria-busy", "true");
  const answer = await request("POST", "/api/v1/alert-rules/preview", rule(form), { signal: controller.signal });
  button.removeAttribute("aria-busy");
  if (controller.signal.aborted) return;

  if (answer.ok) {
    const text = show(result, answer.body.data, form);
    if (isAsked) say(text, { isShown: false });
  } else {
    const texts = Object.values(answer.body?.errors ?? {}).flat();
    const notice = element("p", "notice error", texts.join(" ") || answer.message);
    if (isAsked) notice.setAttribute("role", "alert");
    result.replaceChildren(notice);
  }
  followed.set(form, button);
  if (isAsked) result.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button[data-preview]");
  if (button) preview(button, true);
});

let timer = 0;
document.addEventListener("input", ({ target }) => {
  const button = followed.get(target.form);
  if (!button) return;
  clearTimeout(timer);
  timer = setTimeout(() => preview(button, false), 400);
});
