"""The tests by their files, in the order in which they run."""

FILES = (
    "story", "session", "roles", "data", "live", "settings", "keyboard", "pages", "accessibility", "speed", "policy",
)
