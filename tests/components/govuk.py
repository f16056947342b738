"""GOV.UK Frontend's own drawing of a component, to compare ours with, and the words that both are given."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader

from tests.components.dom import dom

LIBRARY = Environment(
    loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    undefined=ChainableUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)

words = st.text(st.characters(categories=("L", "N", "P", "S"), max_codepoint=0x2FFF), min_size=1, max_size=12)
maybe = st.none() | words
names = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
flags = st.booleans()
attributes = st.none() | st.dictionaries(st.sampled_from(["data-x", "maxlength"]), words, max_size=2)


def library(folder: str, macro: str, params: dict[str, Any]) -> Any:
    """GOV.UK's own drawing of a component."""
    template = LIBRARY.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html")
    return dom(getattr(template.module, macro)(params))


def text(value: str | None) -> dict[str, str] | None:
    """A text as the library takes it."""
    return None if value is None else {"text": value}
