"""A digest of what is posted, by which a service takes it once (services/sent_forms.py)."""

from __future__ import annotations

import hashlib

from flask import Request

from portal.access.viewer import PostedForm

_OF_THE_PAGE = frozenset({"csrf_token"})
"""Fields that differ from one drawing of a page to the next."""


def posted_by(request: Request) -> PostedForm | None:
    """What a request posts, by its address and its fields in their order; None for one that only reads."""
    if request.method != "POST":
        return None
    digest = hashlib.sha256(request.path.encode())
    for name, text in request.form.items(multi=True):
        if name not in _OF_THE_PAGE:
            for part in (name, text):
                written = part.encode("utf-8", "surrogatepass")
                digest.update(len(written).to_bytes(8) + written)
    return PostedForm(digest.digest())
