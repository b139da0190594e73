// A time on this device's clock as the instant that the hidden control behind it sends.
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("input[data-moment]")) return;
  const time = new Date(target.value);
  target.nextElementSibling.value = Number.isNaN(time.getTime()) ? "" : time.toISOString();
});
