"""What all operations of the API share: who is let in, what is answered, what is done once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import gevent
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin_ui.limits import limiter
from conf.accounts import tokens
from conf.accounts.scopes import SCOPES, grantable
from conf.database import operator
from conf.models import ApiToken, IdempotencyKey
from tests.admin_ui.site import Site

URL = "/api/v1/tokens"


class Program:
    """A client of the API with a token."""

    def __init__(self, site: Site, *scopes: str, slug: str = "martin", **more: Any) -> None:
        self.site = site
        role = "administrator" if slug else "operator"
        account_id = site.account_id(role, slug)
        with operator(site.engine) as session:
            _, self.token = tokens.create(
                session,
                name="test",
                scopes=scopes or grantable(role),
                role=role,
                made_by="test",
                account_id=account_id,
                now=datetime.now(UTC),
                subscriber_id=site.subscriber_id(slug) if slug else None,
                **more,
            )

    def ask(self, method: str, url: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return FlaskClient.open(self.site.app.test_client(), url, method=method, headers=headers, **options)


def test_a_token_opens_what_its_scopes_say(both_sites: Site) -> None:
    program = Program(both_sites, "tokens:read")
    assert program.ask("GET", URL).status_code == 200
    refused = program.ask("POST", URL, json={"name": "x", "scopes": ["tokens:read"]})
    assert refused.status_code == 403
    assert refused.mimetype == "application/problem+json"
    assert "tokens:write" in refused.json["detail"]


def test_who_may_write_may_read(site: Site) -> None:
    assert Program(site, "tokens:write").ask("GET", URL).status_code == 200


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic YTpi", "Bearer sfl_" + "x" * 3000])
def test_a_wrong_token_is_nobody(site: Site, header: str) -> None:
    answer = site.app.test_client().get(URL, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends(site: Site) -> None:
    program = Program(site, "tokens:read", expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert program.ask("GET", URL).status_code == 200
    with operator(site.engine) as session:
        token = session.query(ApiToken).one()
        assert token.used_at is not None
        token.expires_at = datetime.now(UTC)
    assert program.ask("GET", URL).status_code == 401


def test_a_revoked_token_is_nobody(site: Site) -> None:
    program = Program(site)
    found = program.ask("GET", URL).json["items"][0]
    assert program.ask("DELETE", f"{URL}/{found['id']}").status_code == 200
    assert program.ask("GET", URL).status_code == 401


def test_a_wrong_token_is_not_helped_by_a_cookie(site: Site) -> None:
    browser = site.as_role("administrator")
    assert browser.get(URL).status_code == 200
    assert browser.get(URL, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_cookie_needs_the_page_s_token_to_write(site: Site) -> None:
    browser = site.as_role("administrator")
    body = {"name": "x", "scopes": ["calls:read"]}
    assert browser.post(URL, json=body, headers={"X-CSRFToken": "wrong"}).status_code == 400
    assert browser.post(URL, json=body).status_code == 201


def test_a_page_does_not_take_a_token(site: Site) -> None:
    program = Program(site)
    assert program.ask("GET", "/me").status_code == 302
    assert program.ask("POST", "/logout").status_code == 400


def test_nobody_is_asked_who_they_are(site: Site) -> None:
    assert site.app.test_client().get(URL).status_code == 401
    stranger = FlaskClient.open(site.app.test_client(), URL, method="POST", json={})
    assert stranger.status_code == 401


@pytest.mark.parametrize(("role", "status"), [("engineer", 403), ("agent", 403), ("fax", 403), ("operator", 200)])
def test_a_person_may_what_the_role_may(site: Site, role: str, status: int) -> None:
    assert site.as_role(role).get(URL).status_code == status


def test_another_subscriber_s_things_are_not_there(site: Site) -> None:
    mine = Program(site, slug="martin").ask("POST", URL, json={"name": "mine", "scopes": ["calls:read"]}).json
    other = Program(site, slug="duval")
    assert other.ask("GET", f"{URL}/{mine['id']}").status_code == 404
    assert other.ask("DELETE", f"{URL}/{mine['id']}").status_code == 404
    assert "mine" not in other.ask("GET", URL).get_data(as_text=True)
    assert Program(site, slug="").ask("GET", f"{URL}/{mine['id']}").status_code == 404


def test_a_token_gives_no_more_than_it_has(site: Site) -> None:
    program = Program(site, "tokens:write", "calls:read")
    answer = program.ask("POST", URL, json={"name": "x", "scopes": ["calls:read", "flows:write", "nonsense"]})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["scopes", "scopes"]


def test_errors_name_field_and_reason_in_the_language(site: Site) -> None:
    program = Program(site)
    answer = program.ask("POST", URL, json={"name": 5, "extra": 1}, headers={"Accept-Language": "fr"})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    found = {error["field"]: error for error in answer.json["errors"]}
    assert found["name"]["code"] == "string_type"
    assert found["scopes"]["reason"] == "manque"
    assert found["extra"]["code"] == "extra_forbidden"
    assert answer.json["title"] == "Un élément envoyé ne convient pas"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"name": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(site: Site, body: bytes) -> None:
    answer = Program(site).ask("POST", URL, data=body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"{}"])
def test_what_is_no_object_is_refused(site: Site, body: bytes) -> None:
    assert Program(site).ask("POST", URL, data=body, content_type="application/json").status_code == 422


def test_other_content_is_refused(site: Site) -> None:
    assert Program(site).ask("POST", URL, data=b"a=b", content_type="text/plain").status_code == 415


def test_a_method_that_is_not_there_says_which_are(site: Site) -> None:
    answer = Program(site).ask("PATCH", URL)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


# --- Idempotency-Key -----------------------------------------------------------------------------------------------


def _create(program: Program, key: str, name: str = "x") -> TestResponse:
    return program.ask("POST", URL, json={"name": name, "scopes": ["calls:read"]}, headers={"Idempotency-Key": key})


def test_what_is_sent_twice_is_done_once(both_sites: Site) -> None:
    program = Program(both_sites)
    first, second = _create(program, "k1"), _create(program, "k1")
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    assert len(program.ask("GET", URL).json["items"]) == 2  # with the program's own


def test_what_is_sent_at_once_is_done_once(both_sites: Site) -> None:
    program = Program(both_sites)
    asking = [gevent.spawn(_create, program, "k1") for _ in range(5)]
    statuses = [answer.get(timeout=20).status_code for answer in asking]
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    assert len(program.ask("GET", URL).json["items"]) == 2


def test_a_kept_answer_is_sealed(site: Site) -> None:
    program = Program(site)
    token = _create(program, "k1").json["token"]
    with operator(site.engine) as session:
        assert token.encode() not in session.query(IdempotencyKey).one().body


def test_a_key_belongs_to_one_request_and_one_caller(site: Site) -> None:
    program = Program(site)
    assert _create(program, "k1", "a").status_code == 201
    assert _create(program, "k1", "b").status_code == 422
    assert _create(Program(site, slug="duval"), "k1", "a").status_code == 201


def test_the_second_waits_for_nothing_while_the_first_is_at_work(site: Site) -> None:
    program = Program(site)
    _create(program, "k1")
    with operator(site.engine) as session:
        session.query(IdempotencyKey).one().status = None
    assert _create(program, "k1").status_code == 409


def test_a_kept_answer_lasts_a_day(site: Site) -> None:
    program = Program(site)
    first = _create(program, "k1")
    with operator(site.engine) as session:
        session.query(IdempotencyKey).one().created_at -= timedelta(days=1, seconds=1)
    assert _create(program, "k1").json["id"] != first.json["id"]


def test_what_is_refused_is_refused_the_same_way(site: Site) -> None:
    program = Program(site)
    assert _create(program, "k1", "").status_code == 422
    assert _create(program, "k1", "").headers["Idempotency-Replayed"] == "true"
    assert _create(program, "with space").status_code == 400


# --- pages, limits, description ------------------------------------------------------------------------------------


def test_a_list_is_read_page_by_page(both_sites: Site) -> None:
    program = Program(both_sites)
    for number in range(6):
        _create(program, f"k{number}", f"t{number}")
    seen, url = [], f"{URL}?limit=3"
    for _ in range(3):
        page = program.ask("GET", url)
        seen += [item["name"] for item in page.json["items"]]
        url = f"{URL}?limit=3&cursor={page.json['next']}"
        assert ("Link" in page.headers) == bool(page.json["next"])
    assert seen == ["t5", "t4", "t3", "t2", "t1", "t0", "test"]
    assert page.json["next"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=W10", "other=1"])
def test_a_wrong_query_is_refused(site: Site, query: str) -> None:
    assert Program(site).ask("GET", f"{URL}?{query}").status_code == 422


def test_who_asks_too_often_waits(site: Site) -> None:
    site.app.config.update(RATELIMIT_ENABLED=True, RATELIMIT_EVERYTHING="3 per minute")
    limiter.reset()
    program, other = Program(site), Program(site, slug="duval")
    assert [program.ask("GET", URL).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.ask("GET", URL)
    assert refused.mimetype == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert other.ask("GET", URL).status_code == 200


def test_every_operation_is_described_whole(site: Site) -> None:
    spec = site.app.test_client().get("/api/v1/openapi.json").json
    assert spec["openapi"].startswith("3.1")
    names: list[str] = []
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert path.startswith("/api/v1/"), where
            names.append(operation["operationId"])
            assert operation["summary"], where
            assert operation["security"] == [{"token": []}, {"session": []}], where
            assert set(operation["x-scopes"]) <= set(SCOPES), where
            assert operation["x-scopes"], where
            assert {"401", "403", "429"} <= set(operation["responses"]), where
    assert len(names) == len(set(names))


def test_every_operation_asks_who_it_is(site: Site) -> None:
    """A view of the API without `scope` would be open."""
    open_ones = {"api.openapi"}
    for rule in site.app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.endpoint not in open_ones:
            view = site.app.view_functions[rule.endpoint]
            assert getattr(view, "scopes", ()) or getattr(view, "permissions", ()), rule.rule
