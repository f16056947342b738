"""What providers' claims say, in the shapes of each, and what is not taken for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.sign_on_activity import SIGN_ON_VERBS, verb_of
from portal.domain.single_sign_on import (
    Claimed,
    ClaimsUnreadable,
    OrganisationCode,
    ProviderKind,
    Refusal,
    agrees,
    has_second_step,
    read_claims,
)

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
CIS2_ROLES = [
    {"person_roleid": "r1", "org_code": "A81001"},
    {"person_roleid": "r2", "org_code": "b86 002"},
]


@pytest.mark.parametrize(
    "organisation",
    [
        {"urn": "123456", "name": "Marker Primary"},
        {"urn": 123456},
        {"urn": " 123456 "},
        json.dumps({"urn": "123456"}),
    ],
)
def test_dfe_sign_in_names_a_school_by_its_urn(organisation):
    found = read_claims(ProviderKind.DFE, {"sub": "s", "organisation": organisation})
    assert found == Claimed("s", OrganisationCode.URN, frozenset({"123456"}))


@pytest.mark.parametrize("organisation", [None, {}, {"urn": None}, {"urn": "12345"}, {"urn": "१२३४५६"}, {"urn": True}])
def test_an_organisation_without_a_urn_agrees_with_no_agency(organisation):
    found = read_claims(ProviderKind.DFE, {"sub": "s", "organisation": organisation})
    assert found.codes == frozenset()
    assert not agrees(found, "123456", None)
    assert not agrees(found, None, None)


@pytest.mark.parametrize("organisation", ["no json", "[1]", [], 7])
def test_an_organisation_in_another_shape_is_not_read(organisation):
    with pytest.raises(ClaimsUnreadable):
        read_claims(ProviderKind.DFE, {"sub": "s", "organisation": organisation})


def test_cis2_names_the_organisation_of_the_role_that_was_chosen():
    claims = {"sub": "s", "nhsid_nrbac_roles": CIS2_ROLES, "selected_roleid": "r2"}
    assert read_claims(ProviderKind.CIS2, claims).codes == {"B86002"}


def test_without_a_choice_cis2_names_all_organisations():
    claims = {"sub": "s", "nhsid_nrbac_roles": CIS2_ROLES, "nhsid_user_orgs": [{"org_code": "RX1"}]}
    assert read_claims(ProviderKind.CIS2, claims).codes == {"A81001", "B86002", "RX1"}


def test_a_choice_that_is_not_among_the_roles_is_none():
    claims = {
        "sub": "s",
        "nhsid_nrbac_roles": CIS2_ROLES,
        "selected_roleid": "r9",
        "nhsid_user_orgs": [{"org_code": "RX1"}],
    }
    assert read_claims(ProviderKind.CIS2, claims).codes == frozenset()


def test_entra_names_a_person_within_a_tenant():
    assert read_claims(ProviderKind.ENTRA, {"sub": "s", "tid": "t", "oid": "o"}) == Claimed("t:o")
    for missing in ({"sub": "s", "tid": "t"}, {"sub": "s", "oid": "o"}):
        with pytest.raises(ClaimsUnreadable):
            read_claims(ProviderKind.ENTRA, missing)


def test_another_provider_names_an_organisation_only_where_the_settings_say_where():
    claims = {"sub": "s", "site": ["A81001", 7]}
    assert read_claims(ProviderKind.OTHER, claims) == Claimed("s")
    assert read_claims(ProviderKind.OTHER, claims, claim="site", code="ods").codes == {"A81001"}
    assert read_claims(ProviderKind.OTHER, claims, claim="absent", code="urn").codes == frozenset()


def test_codes_agree_however_they_are_spelt_and_never_across_lists():
    urn = Claimed("s", OrganisationCode.URN, frozenset({"123456"}))
    ods = Claimed("s", OrganisationCode.ODS, frozenset({"A81001"}))
    assert agrees(urn, "123456", None)
    assert not agrees(urn, None, "123456")
    assert agrees(ods, None, "a81001")
    assert not agrees(ods, "A81001", None)
    assert agrees(Claimed("s"), None, None), "where no organisation is named, none is held against anything"


@pytest.mark.parametrize("subject", [None, "", "  ", 7, "x" * 256, "a\nb"])
def test_a_subject_must_be_one(subject):
    with pytest.raises(ClaimsUnreadable):
        read_claims(ProviderKind.OTHER, {"sub": subject})


def test_a_second_step_counts_in_the_words_that_are_trusted_and_no_others():
    assert has_second_step({"amr": ["pwd", "mfa"]}, {"mfa"}, set())
    assert has_second_step({"acr": "AAL3"}, set(), {"AAL3"})
    for claims in ({}, {"amr": "mfa"}, {"amr": ["pwd"]}, {"amr": [["mfa"]]}, {"acr": ["AAL3"]}, {"acr": "AAL2"}):
        assert not has_second_step(claims, {"mfa"}, {"AAL3"})
    assert not has_second_step({"amr": ["mfa"], "acr": "AAL3"}, set(), set())


@given(
    kind=st.sampled_from(ProviderKind),
    claims=st.dictionaries(
        st.sampled_from(
            ["sub", "tid", "oid", "organisation", "nhsid_nrbac_roles", "nhsid_user_orgs", "selected_roleid", "site"]
        ),
        ANY,
    ),
)
def test_whatever_a_provider_says_is_read_or_refused(kind, claims):
    try:
        found = read_claims(kind, claims, claim="site" if kind is ProviderKind.OTHER else "", code="ods")
    except ClaimsUnreadable:
        return
    assert found.subject.strip()
    assert all(code.isascii() and code == code.upper() for code in found.codes)


def test_every_refusal_has_its_words_in_the_trail():
    assert all(verb_of(refusal) in SIGN_ON_VERBS for refusal in Refusal)
    assert max(map(len, SIGN_ON_VERBS)) <= 48
