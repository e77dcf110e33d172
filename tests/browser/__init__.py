"""The web UI in a browser: Debian's Chromium, driven by Playwright, before a whole installation."""
