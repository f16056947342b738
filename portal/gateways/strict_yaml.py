"""YAML without its surprises: no references, no key twice, and words stay words (`no`, `2025-09-01`)."""

from __future__ import annotations

import re
from typing import Any

import yaml

_TRUE_OR_FALSE = re.compile(r"^(?:true|false)$")
_WHAT_YAML_GUESSES = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge"}


class StrictLoader(yaml.SafeLoader):
    """Plain data only, as somebody who has not read YAML's rules would expect it."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse references: a small file could unfold into one that never ends."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it out
            raise yaml.MarkedYAMLError(problem="references (*) are not used here", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice, of which YAML would silently keep the last, and one that is no text."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.MarkedYAMLError(problem=f'put {key!r} in quotes: "{key}"', problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"{key} stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


StrictLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag not in _WHAT_YAML_GUESSES]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", _TRUE_OR_FALSE, list("tf"))


def read(content: str) -> Any:
    """Return the plain data of one document. Raises yaml.YAMLError."""
    loader = StrictLoader(content)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
