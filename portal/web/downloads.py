"""Answers that are files: pictures that a browser keeps under the rule of their page, and what people take along."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import quote

from flask import Response, request

from portal.web.headers import PRIVATE

PDF = "application/pdf"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"


def picture(svg: bytes) -> Response:
    """A browser keeps it and asks each time whether it still stands: so the rule is asked, and nothing sent twice."""
    answer = Response(svg, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = PRIVATE
    answer.set_etag(sha256(svg).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def is_narrow() -> bool:
    """Whether a picture is asked for as a narrow screen shows it."""
    return request.args.get("shape") == "narrow"


def download(content: bytes, content_type: str, name: str) -> Response:
    """A file to take along, under a name without anything that a browser or a folder might stumble over."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name.rpartition(".")[0]).strip("-").lower() or "file"
    headers = {"Content-Disposition": f'attachment; filename="{plain}.{name.rpartition(".")[2]}"'}
    return Response(content, content_type=content_type, headers=headers)


def spreadsheet(text: str, name: str) -> Response:
    """CSV with a byte order mark, without which a spreadsheet takes it for another alphabet."""
    return download(text.encode("utf-8-sig"), CSV, name)


def attachment(chunks: Iterable[bytes], media_type: str, *, size: int, name: str) -> Response:
    """A file that somebody gave, to be saved and never shown, under the name that it was kept with."""
    answer = Response(chunks, mimetype=media_type)
    answer.content_length = size
    # A name that no browser misreads, and the true one as RFC 5987 writes it.
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return answer
