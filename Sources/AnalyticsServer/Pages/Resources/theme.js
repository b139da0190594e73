const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

/** The theme that was chosen, null for the system's. Storage may be forbidden. */
function chosen() {
  try {
    const theme = localStorage.getItem("theme");
    return theme === "light" || theme === "dark" ? theme : null;
  } catch {
    return null;
  }
}

function choose(theme) {
  try {
    if (theme === "light" || theme === "dark") localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    // It holds for this page.
  }
  show(theme);
}

function show(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  mark();
}

/** Marks what is chosen on the buttons. */
function mark() {
  const theme = root.dataset.theme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (theme ?? "auto")));
  }
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.setAttribute("aria-pressed", String((theme ?? (dark.matches ? "dark" : "light")) === "dark"));
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-theme-choice], [data-theme-switch]");
  if (!button) return;
  choose(button.dataset.themeChoice ?? (button.getAttribute("aria-pressed") === "true" ? "light" : "dark"));
});
document.addEventListener("page:replaced", mark);
addEventListener("storage", ({ key }) => key === "theme" && show(chosen()));
dark.addEventListener("change", mark);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mark);
show(chosen());
