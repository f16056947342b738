"""What component tests draw with: no database, but a real browser where scripts are looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from playwright.sync_api import Page
from werkzeug.serving import make_server

from portal.web.templating import component
from tests.components.bare_app import build_app, signed_in
from tests.components.dom import dom
from tests.components.script_server import Server


@pytest.fixture(scope="package")
def component_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One app for all component tests: nothing in it changes."""
    return build_app(tmp_path_factory.mktemp("components"))


@pytest.fixture
def in_request(component_app: Flask) -> Iterator[Flask]:
    """Within a request of a signed-in person."""
    with component_app.test_request_context("/"):
        g.viewer = signed_in()
        yield component_app


@pytest.fixture
def draw(in_request: Flask) -> Callable[..., str]:
    """draw(source, **names): a template's text drawn with the page's names."""

    def drawn(source: str, **names: Any) -> str:
        context: dict[str, Any] = {}
        in_request.update_template_context(context)
        return in_request.jinja_env.from_string(source).render({**context, **names})

    return drawn


@pytest.fixture(scope="package")
def ours(component_app: Flask) -> Callable[..., Any]:
    """Our drawing: ours(file, macro, *arguments, **parameters), as comparable HTML."""

    def drawn(file: str, macro: str, *arguments: Any, **parameters: Any) -> Any:
        with component_app.test_request_context("/meetings?q=EM&page=3"):
            return dom(component(file, macro)(*arguments, **parameters))

    return drawn


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The pages, served on the loopback address."""
    app = build_app(tmp_path)
    made = Server(app)
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    made.address = f"http://127.0.0.1:{serving.server_port}"
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield made
    serving.shutdown()
    thread.join()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains about, breaches of the policy among it."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if "Content Security" in message.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
