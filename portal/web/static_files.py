"""Static files served in front of Flask: names with a fingerprint are kept by browsers for good, others never."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from whitenoise import WhiteNoise

from portal.web.headers import security_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STATIC_FOLDER = Path(__file__).resolve().parents[2] / "static"
SERVED = {".css", ".js", ".svg", ".png", ".ico", ".txt"}
PREFIX = "/static/"
_FINGERPRINTED = r"\.[0-9a-f]{12}\.[a-z0-9]+$"


class StaticFiles:
    """WhiteNoise in front of the app, whose every answer, 304 and 405 too, carries the security headers."""

    def __init__(self, application: WSGIApplication, folder: Path) -> None:
        self._application = application
        self._files: Any = WhiteNoise(
            application, max_age=None, allow_all_origins=False, immutable_file_test=_FINGERPRINTED
        )
        self.addresses: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.suffix in SERVED:
                self._add(path)

    def _add(self, path: Path) -> None:
        fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        address = f"{PREFIX}{path.stem}.{fingerprint}{path.suffix}"
        self._files.add_file_to_dictionary(address, str(path))
        self._files.add_file_to_dictionary(PREFIX + path.name, str(path))
        self.addresses[path.name] = address

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with a file, or hand on to the app."""
        if environ.get("PATH_INFO", "") not in self._files.files:
            return self._application(environ, start_response)
        https = environ.get("wsgi.url_scheme") == "https"

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if not any(name == "Cache-Control" for name, _ in headers):
                headers = [*headers, ("Cache-Control", "no-store")]
            return start_response(status, [*headers, *security_headers(https=https)], *rest)

        answer: Iterable[bytes] = self._files(environ, start)
        return answer


def install_static_files(app: Flask, folder: Path = STATIC_FOLDER) -> None:
    """Serve `folder` under /static/ and give templates `static_url('portal.css')`.

    The fingerprints are worked out here, once; a changed file is seen at the next start.
    """
    files = StaticFiles(app.wsgi_app, folder)

    def static_url(name: str) -> str:
        """The address of a static file, with its fingerprint; KeyError for a file that is not there."""
        return files.addresses[name]

    app.wsgi_app = files  # type: ignore[method-assign]  # Flask's own way to wrap an application
    app.jinja_env.globals["static_url"] = static_url
