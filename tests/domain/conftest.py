"""Settings for the tests of the ground floor."""

from __future__ import annotations

from hypothesis import settings

# Test machines are shared: a slow example says nothing about the rule.
settings.register_profile("portal", deadline=None)
settings.load_profile("portal")
