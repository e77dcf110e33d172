"""The web UI as its process serves it, on a free port that it prints: `python -m tests.admin_ui.serve`."""

# ruff: noqa: I001
import admin_ui.patched  # noqa: F401  first: it patches what is to be patched

from admin_ui import desk
from admin_ui.app import create_app
from admin_ui.serving import server
from conf.settings import load
from tests.admin_ui.room import Room


def main() -> None:
    desk.WAIT = 0.1  # nobody writes beside this process: what is unknown stays unknown
    app = create_app(load(), Room())
    app.config["RATELIMIT_ENABLED"] = False
    serving = server(app, "127.0.0.1", 0)
    serving.start()
    print(serving.server_port, flush=True)
    serving.serve_forever()


if __name__ == "__main__":
    main()
