"""One run, one event loop: gevent is patched before anything else is imported."""

from gevent import monkey

monkey.patch_all()
