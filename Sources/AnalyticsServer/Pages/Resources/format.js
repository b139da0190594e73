// Numbers that another language writes otherwise; a year or a day is none of them.
const number = /\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+/g;
const locale = navigator.language;
// What the server writes with numbers alone, without dates.
const figures = "data.figure, .kpi-value, .kpi-change, #categories td.num";
const sample = 1234567.5;
// Numbers as the server writes them.
const isEnglish = new Intl.NumberFormat(locale).format(sample) === new Intl.NumberFormat("en").format(sample);

/**
 * A figure that the server wrote, such as `1,234.50 USD` or `3 m 25 s`, with its numbers as the browser's locale has
 * them, digit for digit.
 * @param {string} text
 */
export function localized(text) {
  if (isEnglish) return text;
  return text.replace(number, (found) => {
    const digits = found.split(".")[1]?.length ?? 0;
    return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
      .format(found.replaceAll(",", ""));
  });
}

function format(root) {
  if (isEnglish) return;
  for (const element of root.querySelectorAll(figures)) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) walker.currentNode.data = localized(walker.currentNode.data);
  }
  for (const element of root.querySelectorAll(".kpi[title], .figure[title]")) element.title = localized(element.title);
}

format(document);
document.addEventListener("page:replaced", ({ detail }) => format(detail.next));
