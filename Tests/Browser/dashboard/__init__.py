"""The tests by their files, in the order in which they run."""

FILES = ("story", "session", "roles", "live", "keyboard", "pages", "accessibility", "speed", "policy")
