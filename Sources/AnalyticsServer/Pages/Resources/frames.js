const frames = "iframe[data-whole]";
const root = document.documentElement;
const theme = /prefers-color-scheme:\s*(light|dark)/;

/** What each rule for a theme asks of the system, once a chosen theme was put in its place. */
const asked = new WeakMap();

/** Has a frame's page follow the theme that was chosen here, as it would follow the system's. */
function dress(page) {
  const chosen = root.dataset.theme;
  for (const { cssRules } of page.styleSheets) {
    for (const rule of cssRules) {
      const text = asked.get(rule) ?? rule.media?.mediaText;
      const [, wanted] = theme.exec(text) ?? [];
      if (!wanted) continue;
      asked.set(rule, text);
      rule.media.mediaText = !chosen ? text : chosen === wanted ? "all" : "not all";
    }
  }
  page.documentElement.style.colorScheme = chosen ?? "";
}

/** Shows the whole of what a frame has: as high as its page is, also when it is turned or its width changes. */
function show(frame) {
  const page = frame.contentDocument;
  if (!page?.body) return;
  dress(page);
  new ResizeObserver(() => {
    const height = Math.ceil(page.documentElement.getBoundingClientRect().height);
    if (height) frame.height = height;
  }).observe(page.documentElement);
}

const all = () => document.querySelectorAll(frames);

document.addEventListener("load", ({ target }) => target.matches?.(frames) && show(target), true);
new MutationObserver(() => all().forEach(({ contentDocument: page }) => page && dress(page)))
  .observe(root, { attributes: true, attributeFilter: ["data-theme"] });
for (const frame of all()) if (frame.contentDocument?.readyState === "complete") show(frame);
