"""How gunicorn serves the portal; it finds this file by itself where it is started beside app.py."""

from typing import Any

preload_app = True
"""A wrong setting stops it at once, and the workers share what was loaded."""


def post_worker_init(worker: Any) -> None:
    """Let each worker connect, and go once through the first pages, before it answers anybody."""
    worker.wsgi.extensions["make_ready"]()
