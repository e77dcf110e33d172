"""The web UI and the API: pages of the server with htmx, and the constructor of flows."""
