"""The security headers of every answer: pages, errors and (by static_files.py) static files."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
SECRET_ADDRESSES = ("/return/", "/f/")
"""Addresses that open something by themselves: whatever is gone to from there is told nothing of them."""

NO_REFERRER = ("Referrer-Policy", "no-referrer")

PRIVATE = "private, no-cache"
"""For what a browser may keep for its own, and asks for again each time: a view says so of its answer."""

_HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def security_headers(*, nonce: str | None = None, https: bool = False) -> list[tuple[str, str]]:
    """All security headers but Cache-Control; `nonce` lets one inline script of this answer run."""
    script = "'self'" if nonce is None else f"'self' 'nonce-{nonce}'"
    policy = (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )
    headers = [("Content-Security-Policy", policy), *_ALWAYS]
    if https:
        headers.append(_HSTS)
    return headers


def csp_nonce() -> str:
    """This request's nonce, made when first asked for."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def install_headers(app: Flask) -> None:
    """Put the headers on every answer that Flask gives; nothing may be kept by a cache unless it says PRIVATE."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(security_headers(nonce=csp_nonce(), https=request.is_secure))
        if request.path.startswith(SECRET_ADDRESSES):
            response.headers.update([NO_REFERRER])
        if response.headers.get("Cache-Control") != PRIVATE:
            response.headers["Cache-Control"] = "no-store"
        return response
