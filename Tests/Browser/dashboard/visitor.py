"""A browser that somebody looks with, which remembers what went wrong in it."""

import contextlib
import re
import urllib.parse

from bench.patience import patient

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

# How long a page has for what it does by itself, in milliseconds.
PATIENCE = patient(5000)
# How long news may take to be seen, in milliseconds.
AT_ONCE = patient(1000)

WATCH = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  console.error(`The policy forbids ${violatedDirective}: ${blockedURI} (${sourceFile}:${lineNumber})`));
// When each text that is waited for was seen first, in milliseconds.
window.seen = {};
const wanted = new Map();
const look = () => {
  for (const [name, [selector, text]] of wanted) {
    if (![...document.querySelectorAll(selector)].some((element) => element.textContent.includes(text))) continue;
    window.seen[name] = Date.now();
    wanted.delete(name);
  }
};
window.lookFor = (name, selector, text) => { delete window.seen[name]; wanted.set(name, [selector, text]); look(); };
new MutationObserver(() => wanted.size && look())
  .observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""


class Visitor:
    """A browser of its own: its cookies, its storage, a page. Made and closed by the suite."""

    def __init__(self, browser, url, is_watched=True, **options):
        self.url = url
        self.errors = []
        self.allowed = []
        self.context = browser.new_context(**{"base_url": url, "viewport": WIDE, "reduced_motion": "reduce", **options})
        self.context.set_default_timeout(PATIENCE)
        if is_watched:
            self.context.add_init_script(WATCH)
            # A report's frame, which may run no script, says so of this one.
            self.allow("Blocked script execution in '[^']*/download[^']*' because the document's frame is sandboxed")
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.errors.append(f"script: {error.error}"))
        self.context.on("request", self._look)
        self.page = self.context.new_page()

    def _hear(self, message):
        if message.type in ("error", "warning"):
            place = urllib.parse.urlsplit(message.location.get("url", "")).path
            self.errors.append(f"{message.type}: {message.text} ({place})")

    def _look(self, request):
        if not request.url.startswith((self.url + "/", "data:", "blob:", "about:")):
            self.errors.append(f"a request to elsewhere: {request.url}")

    def allow(self, *patterns):
        """Takes what matches as no fault: what the test itself brings about."""
        self.allowed += patterns

    @property
    def faults(self):
        return [error for error in self.errors if not any(re.search(pattern, error) for pattern in self.allowed)]

    def enter(self, person, path="/"):
        """Takes a person's session, and goes to a page if one is given."""
        self.context.add_cookies([person.cookie])
        return self.goto(path) if path else None

    def goto(self, path):
        answer = self.page.goto(path)
        self.page.wait_for_load_state("load")
        return answer

    def wait_until_live(self, timeout=PATIENCE):
        self.page.locator(".live[data-state=live]").wait_for(timeout=timeout)

    def look_for(self, name, selector, text):
        """Notes from now on when an element first has a text. Forgotten by a reload, which thereby shows."""
        self.page.evaluate("([name, selector, text]) => lookFor(name, selector, text)", [name, selector, text])

    def seen(self, name, since):
        """How many milliseconds after an instant what was looked for came into sight."""
        self.page.wait_for_function("(name) => seen[name]", arg=name, polling=20)
        return max(0, self.page.evaluate("(name) => seen[name]", name) - since)

    @contextlib.contextmanager
    def hears(self, text):
        """Waits, behind what is done in the block, until the page has said a text, which it does for a moment only."""
        self.look_for(text, ".toast", text)
        yield
        self.seen(text, 0)

    def mark(self):
        """Marks the document, so that a reload shows."""
        self.page.evaluate("window.isTheSame = true")

    @property
    def is_the_same(self):
        """Whether it is still the document that was marked."""
        return self.page.evaluate("window.isTheSame === true")

    @property
    def place(self):
        """Path and query of where the page is."""
        parts = urllib.parse.urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def has_focus(self, locator):
        return locator.count() == 1 and locator.evaluate("(element) => element === document.activeElement")

    def tab_to(self, locator, most=80):
        """Presses the tab key until an element has the focus."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.has_focus(locator):
                return
        raise AssertionError(f"{locator} cannot be reached by {most} presses of the tab key")
