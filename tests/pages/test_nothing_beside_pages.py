"""What a server often shows beside its pages, and this one does not: sources, settings, folders, versions."""

from __future__ import annotations

import pytest

HIDDEN = (
    "/.git/config",
    "/.git/HEAD",
    "/.env",
    "/.env.bak",
    "/.svn/entries",
    "/.DS_Store",
    "/app.py",
    "/pyproject.toml",
    "/requirements.txt",
    "/instance/portal.sqlite3",
    "/instance/demo-keys.env",
    "/static/src/portal.scss",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e%2finstance%2fdemo-keys.env",
    "/static//etc/passwd",
    "/templates/layout.html",
    "/portal/config/__init__.py",
    "/server-status",
    "/console",
    "/debug",
    "/admin",
    "/phpinfo.php",
    "/wp-login.php",
    "/metrics/",
    "/swagger",
    "/docs",
    "/graphql",
)
ANSWERED = ("/sign-in", "/nowhere", "/static/portal.css", "/health/live", "/health/ready", "/api/x")
MADE_WITH = ("werkzeug", "python/", "flask/", "gunicorn", "waitress", "sqlalchemy", "psycopg", "postgresql", "sqlite")
FOLDERS = ("/static", "/static/", "/static/src", "/files", "/files/", "/api", "/api/", "/health", "/health/")


@pytest.mark.parametrize("path", HIDDEN)
def test_nothing_of_the_inside_is_served(client, sign_in, world, path):
    assert client.get(path).status_code == 404
    sign_in(client, world.person("a.administrator"))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", FOLDERS)
def test_no_folder_is_listed(client, sign_in, world, path):
    sign_in(client, world.person("a.administrator"))
    assert client.get(path).status_code in (301, 302, 308, 404)


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nowhere", "/static/portal.css", "/health/live", "/health/ready", "/api/x"]
)
def test_no_answer_tells_what_it_is_made_with(client, path):
    answer = client.get(path)
    told = f"{answer.headers}\n{answer.get_data(as_text=True)[:4000] if 'css' not in path else ''}".lower()
    for word in (
        "werkzeug",
        "python/",
        "flask/",
        "gunicorn",
        "waitress",
        "sqlalchemy",
        "psycopg",
        "postgresql",
        "sqlite",
    ):
        assert word not in told, word


def test_a_fault_tells_a_number_and_nothing_of_the_inside(client, sign_in, world, database):
    sign_in(client, world.person("a.gp.lead"))
    with database.lost():
        answer = client.get("/account")
    assert answer.status_code == 500
    said = answer.get_data(as_text=True)
    for word in ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "SELECT", "portal/", ".py"):
        assert word not in said, word
    assert answer.page.select_one(".app-number") is not None


def test_the_health_pages_say_whether_and_not_why(client):
    assert client.get("/health/live").status_code == 200
    assert len(client.get("/health/ready").get_data()) < 200


def test_one_field_sent_twice_is_read_once(client, sign_in, world):
    """The address and the form are never read for each other, and of a doubled field the first counts."""
    person = world.person("a.board")
    token = client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    fields = {"csrf_token": token, "email": [person.email, "b@x.example"], "password": [person.password, "wrong"]}
    assert client.post("/sign-in?email=b@x.example&password=wrong", data=fields).status_code == 302
    assert client.get("/account").status_code == 200


def test_a_question_in_the_address_is_no_field_of_a_form(client, sign_in, world):
    token = client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    person = world.person("a.board")
    answer = client.post(
        "/sign-in", query_string={"email": person.email, "password": person.password}, data={"csrf_token": token}
    )
    assert answer.status_code == 400


def test_fields_that_no_form_has_are_not_taken(client, sign_in, world, app):
    """Somebody who adds a role, an agency or an administrator's mark to their own form gets none of it."""
    person = world.person("a.gp.lead")
    sign_in(client, person)
    token = client.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"]
    more = {"role": "administrator", "is_admin": "1", "partnership_id": "2", "user_id": "1", "permissions": "all"}
    client.post("/account/messages", data={"csrf_token": token, "wants_digest": "yes", **more})
    assert client.get("/activity").status_code == 403
    assert client.get("/account").page.select_one("form[action='/sign-out']") is not None


@pytest.mark.parametrize("number", ["9" * 30, "-1", "0", "1e5", "0x10", "१", "1.0", "null", "true"])
def test_a_number_out_of_range_is_nothing_and_no_fault(client, sign_in, world, number):
    sign_in(client, world.person("a.coordinator"))
    assert client.get(f"/meetings/{number}").status_code == 404
    assert client.get("/meetings", query_string={"page": number}).status_code < 500
    assert client.get("/figures", query_string={"page": number, "from": number, "month": number}).status_code < 500
