import { localized } from "./format.js";

/**
 * @typedef {{day: string, texts: string[], ys: (number | null)[]}} Row a day, its values and, where they are known,
 * their heights in the picture
 */

/** The charts that were used, by their figures. */
const charts = new WeakMap();
const figures = "figure.chart[data-chart]";
const svgNames = "http://www.w3.org/2000/svg";

function node(name, attributes) {
  const made = document.createElementNS(svgNames, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A line through a day of a chart, and a card with what the day's values are. */
class Crosshair {
  index = -1;

  constructor(figure) {
    this.figure = figure;
    const table = figure.querySelector("table");
    this.names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
    /** @type {Row[]} */
    this.rows = [...table.tBodies[0].rows].map(({ cells: [day, ...values] }) => ({
      day: day.textContent.trim(),
      texts: values.map((cell) => localized(cell.textContent.trim())),
      ys: values.map((cell) => Number(cell.dataset.y ?? NaN)),
    }));
    this.mark = node("g", { "aria-hidden": "true" });
    this.card = element("div", "chart-card");
    this.card.setAttribute("aria-hidden", "true");
    this.words = element("div", "visually-hidden");
    this.words.setAttribute("aria-live", "polite");
    figure.append(this.words);
  }

  /** The picture that is seen: there may be one for wide and one for narrow screens. */
  get svg() {
    return [...this.figure.querySelectorAll("svg[data-left]")].find((svg) => svg.getClientRects().length);
  }

  /** Where the middle of a day is, in the picture's units. */
  x(index, { left, right, form }) {
    const [from, width, count] = [Number(left), right - left, this.rows.length];
    return form === "bars" || count === 1
      ? from + (width * (index + 0.5)) / count
      : from + (width * index) / (count - 1);
  }

  /** The day that is nearest to a place of the window. */
  nearest(clientX) {
    const svg = this.svg;
    if (!svg) return -1;
    const { left, right, form } = svg.dataset;
    const at = new DOMPoint(clientX, 0).matrixTransform(svg.getScreenCTM().inverse()).x;
    const part = (at - left) / (right - left);
    const last = this.rows.length - 1;
    const index = form === "bars" ? Math.floor(part * (last + 1)) : Math.round(part * last);
    return Math.max(0, Math.min(last, index));
  }

  show(index, isSaid = false) {
    const svg = this.svg;
    const row = this.rows[index];
    if (!svg || !row) return;
    if (isSaid) this.words.textContent = [row.day, ...this.names.map((name, i) => `${name} ${row.texts[i]}`)].join(", ");
    if (index === this.index && this.card.isConnected && this.mark.parentNode === svg) return;
    this.index = index;

    const { top, bottom } = svg.dataset;
    const x = this.x(index, svg.dataset);
    this.mark.replaceChildren(node("line", { class: "chart-cross", x1: x, x2: x, y1: top, y2: bottom }));
    if (Number.isFinite(row.ys[0])) {
      this.mark.append(node("circle", { class: "chart-dot", cx: x, cy: row.ys[0], r: 4.5 }));
    }
    svg.append(this.mark);

    const lines = this.names.flatMap((name, i) => [element("span", "", name), element("span", "", row.texts[i])]);
    this.card.replaceChildren(element("strong", "", row.day), ...lines);
    this.figure.append(this.card);
    this.#place(svg, x, Number(top));
  }

  /** Puts the card above the data, beside the line, on the side where there is room. */
  #place(svg, x, top) {
    const box = this.figure.getBoundingClientRect();
    const at = new DOMPoint(x, top).matrixTransform(svg.getScreenCTM());
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const middle = at.x - box.left;
    const left = middle + 12 + width <= box.width ? middle + 12 : middle - 12 - width;
    const across = Math.max(0, Math.min(left, box.width - width));
    const down = Math.max(0, at.y - box.top - height - 8);
    this.card.style.translate = `${Math.round(across)}px ${Math.round(down)}px`;
  }

  hide() {
    this.index = -1;
    this.mark.remove();
    this.card.remove();
    this.words.textContent = "";
  }
}

function chart(figure) {
  let found = charts.get(figure);
  if (!found) charts.set(figure, (found = new Crosshair(figure)));
  return found;
}

function prepare(root) {
  for (const figure of root.querySelectorAll(figures)) {
    if (!figure.querySelector("tbody tr")) continue;
    figure.tabIndex = 0;
    const title = figure.querySelector("svg[data-left]")?.getAttribute("aria-labelledby")?.split(" ")[0];
    if (title && !figure.ariaLabel && !figure.hasAttribute("aria-labelledby")) figure.setAttribute("aria-labelledby", title);
  }
}

let frame = 0;
function follow({ target, clientX }) {
  const figure = target.closest?.(`${figures}[tabindex]`);
  if (!figure) return;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => chart(figure).show(chart(figure).nearest(clientX)));
}

document.addEventListener("pointermove", follow, { passive: true });
document.addEventListener("pointerdown", (event) => {
  follow(event);
  const figure = event.target.closest?.(figures);
  for (const other of document.querySelectorAll(figures)) if (other !== figure) charts.get(other)?.hide();
}, { passive: true });
document.addEventListener("pointerout", ({ target, relatedTarget, pointerType }) => {
  const figure = target.closest?.(figures);
  if (!figure || pointerType !== "mouse" || figure.contains(relatedTarget)) return;
  cancelAnimationFrame(frame);
  charts.get(figure)?.hide();
});

document.addEventListener("keydown", (event) => {
  const figure = event.target;
  if (!figure.matches?.(figures) || event.ctrlKey || event.metaKey || event.altKey) return;
  const { index, rows } = chart(figure);
  const last = rows.length - 1;
  const next = {
    ArrowLeft: index < 0 ? last : Math.max(0, index - 1),
    ArrowRight: index < 0 ? 0 : Math.min(last, index + 1),
    Home: 0,
    End: last,
  }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    chart(figure).show(next, true);
  } else if (event.key === "Escape" && index >= 0) {
    event.stopPropagation();
    chart(figure).hide();
  }
});
// What reads the values out has to be there before it is filled.
document.addEventListener("focusin", ({ target }) => target.matches?.(`${figures}[tabindex]`) && chart(target));
document.addEventListener("focusout", ({ target }) => target.matches?.(figures) && charts.get(target)?.hide());

// A chart that comes in the place of another shows the same day.
document.addEventListener("page:replaced", ({ detail: { old, next } }) => {
  prepare(next);
  const after = next.querySelectorAll(figures);
  old.querySelectorAll(figures).forEach((figure, place) => {
    const index = charts.get(figure)?.index ?? -1;
    if (index >= 0 && after[place]?.tabIndex === 0) chart(after[place]).show(index);
  });
});
prepare(document);
