"""The least that Flask can do, one route that answers a line of text: what pages are measured against."""

from __future__ import annotations

from flask import Flask

app = Flask("bare", static_folder=None)
# gunicorn.conf.py has every worker made ready; here there is nothing to do.
app.extensions["make_ready"] = lambda: None


@app.get("/")
def text() -> str:
    """Answer."""
    return "Nothing needs you today."
