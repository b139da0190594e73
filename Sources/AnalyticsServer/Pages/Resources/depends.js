/** What a control had before it was hidden. */
const kept = new WeakMap();

/**
 * Shows the parts of a form that a choice asks for, such as `data-when="condition=daily,missing"`. What is hidden is
 * empty meanwhile, so that it is not sent.
 */
function arrange(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    const isShown = values.split(",").includes(form.elements.namedItem(name)?.value);
    if (isShown === !part.hidden) continue;
    part.hidden = !isShown;
    for (const control of part.querySelectorAll("input, select, textarea")) {
      if (!isShown) kept.set(control, control.value);
      control.value = isShown ? kept.get(control) ?? "" : "";
    }
  }
}

function prepare(root) {
  const forms = [...root.querySelectorAll("[data-when]")].map((part) => part.closest("form"));
  for (const form of new Set(forms)) if (form) arrange(form);
}

document.addEventListener("change", ({ target }) => target.form?.querySelector("[data-when]") && arrange(target.form));
document.addEventListener("page:replaced", ({ detail }) => prepare(detail.next));
prepare(document);
