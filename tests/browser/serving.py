"""The portal as a browser meets it: really served, on the loopback address of this machine alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server


class Server:
    """Serves the app from threads of this process; stopped, it can be there again at the same address."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._port = 0
        self._running: tuple[BaseWSGIServer, threading.Thread] | None = None

    @property
    def address(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Be there from now on."""
        server = make_server("127.0.0.1", self._port, self._app, threaded=True)
        self._port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self._running = server, thread

    def stop(self) -> None:
        """Be there no more: nobody is answered."""
        if self._running is None:
            return
        server, thread = self._running
        self._running = None
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running(app: Flask) -> Iterator[Server]:
    """Serve the app for as long as this lasts."""
    # One line for each request would bury what a failed test has to say.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = Server(app)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the app from threads of this process, and give the address that it is found at."""
    with running(app) as server:
        yield server.address
