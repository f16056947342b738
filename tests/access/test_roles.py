"""The table of roles, said a second time: a role gains or loses a permission only where both are changed."""

from __future__ import annotations

import pytest

from portal.access.roles import CASE_ROLES, CODE_ROLES, ROLES, Permission
from portal.domain.vocabulary import Role

P = Permission
EVERYONE = {P.HOME, P.OWN_ACCOUNT, P.FILES_OPEN}
AUDITED = {P.AUDITS_VIEW, P.AUDITS_ANSWER, P.AUDITS_SIGN, P.ACTIONS_VIEW, P.ACTIONS_OWN}
AGENCY = {P.MEETINGS_VIEW, P.INVITATIONS_ANSWER, P.ATTENDANCE_DECLARE, P.REPORTS_WRITE, P.REPORTS_READ} | AUDITED
BOARD = {P.FIGURES_VIEW, P.AGENCIES_VIEW, P.AUDITS_VIEW, P.FRAMEWORKS_VIEW, P.ACTIONS_VIEW}
PANEL = {P.AUDITS_READ, P.AUDITS_MODERATE}
TABLE = {
    Role.PRACTITIONER: AGENCY,
    Role.AGENCY_LEAD: AGENCY
    | {P.TEAMS_ASSIGN, P.AUDITS_LEAD, P.PEOPLE_VIEW, P.PEOPLE_MANAGE, P.FIGURES_VIEW, P.AGENCIES_VIEW},
    Role.CHAIR: {P.MEETINGS_VIEW, P.REPORTS_READ, P.REGISTER_KEEP},
    Role.SAFEGUARDING_MANAGER: {P.MEETINGS_VIEW, P.REPORTS_READ, P.FIGURES_VIEW, P.AGENCIES_VIEW},
    Role.COORDINATOR: {P.MEETINGS_VIEW, P.REGISTER_KEEP, P.EXPECTATIONS_SET, P.CASES_MANAGE, P.AGENCIES_VIEW},
    Role.SECTOR_LEAD: BOARD | PANEL,
    Role.BOARD_MEMBER: BOARD | PANEL,
    Role.BUSINESS_MANAGER: BOARD | PANEL | {P.AGENCIES_MANAGE, P.AUDITS_RUN, P.ACTIONS_CHECK},
    Role.SCRUTINEER: BOARD | PANEL,
    Role.ADMINISTRATOR: {P.AGENCIES_VIEW, P.AGENCIES_MANAGE, P.PEOPLE_VIEW, P.PEOPLE_MANAGE, P.ACTIVITY_VIEW},
    Role.SIGNATORY: {P.AUDITS_VIEW, P.AUDITS_SIGN},
}
SEES_CHILDREN = {Role.PRACTITIONER, Role.AGENCY_LEAD, Role.CHAIR, Role.SAFEGUARDING_MANAGER, Role.COORDINATOR}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_holds_what_the_table_says(role):
    assert ROLES[role] == EVERYONE | TABLE[role]


def test_only_those_who_work_with_children_reach_cases():
    assert CASE_ROLES == SEES_CHILDREN


def test_whoever_sees_children_or_keeps_accounts_signs_in_with_a_code():
    assert SEES_CHILDREN | {Role.ADMINISTRATOR} == CODE_ROLES


def test_the_scrutineer_changes_nothing():
    assert ROLES[Role.SCRUTINEER] & {P.AGENCIES_MANAGE, P.PEOPLE_MANAGE, P.EXPECTATIONS_SET, P.REGISTER_KEEP} == set()
