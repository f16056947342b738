"""Who reads the rules of an area, and who changes them; everybody who sees escalations reads the ladders there."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.rule_sets import RuleSet


def visible_to(viewer: Viewer) -> Select[RuleSet]:
    """Every rule set of the partnership, planned ones too, for whoever keeps its rules or works and answers by them."""
    if viewer.partnership_id is None or not viewer.may(Permission.RULES_VIEW):
        return select(RuleSet).where(false())
    return select(RuleSet).where(RuleSet.partnership_id == viewer.partnership_id)


def may_view(viewer: Viewer, rule_set: RuleSet) -> bool:
    """Whether this rule set is the viewer's to read."""
    return viewer.may(Permission.RULES_VIEW) and rule_set.partnership_id == viewer.partnership_id


def may_change(viewer: Viewer) -> bool:
    """Whether the viewer changes the rules of their area from a day on, and takes back what is planned."""
    return viewer.partnership_id is not None and viewer.may(Permission.RULES_MANAGE)
