// What a stored data point raised is told where the page has a place for that.
document.addEventListener("api:done", ({ detail }) => {
  const place = document.querySelector("[data-raised]");
  const alerts = detail.answer?.alerts ?? [];
  if (!place || !alerts.length) return;
  const list = place.querySelector("ul");
  list.replaceChildren(...alerts.map(({ message, severity }) => {
    const badge = document.createElement("span");
    badge.className = `badge ${severity}`;
    badge.textContent = severity;
    const item = document.createElement("li");
    item.append(badge, ` ${message}`);
    return item;
  }));
  place.hidden = false;
  place.focus();
});
