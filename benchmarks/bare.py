"""The least that Flask can do, one route that answers a line of text: what pages are measured against."""

from __future__ import annotations

from flask import Flask

app = Flask("bare", static_folder=None)


@app.get("/")
def text() -> str:
    """Answer."""
    return "Nothing needs you today."
