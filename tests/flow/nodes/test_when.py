import pytest

from controller.flow.call import Call, SecretLost
from tests.flow.talk import node, talk, wrong


def ask(test, value="", **variables):
    return talk(node("when", conditions=[{"variable": "x", "test": test, "value": value}]), **variables)[1]


@pytest.mark.parametrize(
    ("x", "test", "value", "leaves"),
    [
        ("vip", "is", "vip", "yes"),
        ("vip", "is", "VIP", "no"),
        ("vip", "is", "{{y}}", "yes"),
        ("vip", "is_not", "vip", "no"),
        ("vip", "contains", "i", "yes"),
        ("+331", "starts_with", "+33", "yes"),
        ("+331", "starts_with", "+44", "no"),
        ("+331", "matches", r"^\+33\d+$", "yes"),
        ("+331", "matches", r"^\d+$", "no"),
        ("5", "is", 5, "yes"),
        ("5", "less", "10", "yes"),  # as numbers: as texts "5" would come after "10"
        ("5", "more", 4.5, "yes"),
        ("five", "less", 10, "no"),
        ("five", "more", 10, "no"),
        ("", "empty", "", "yes"),
        ("0", "empty", "", "no"),
    ],
)
def test_compares(x, test, value, leaves):
    assert ask(test, value, x=x, y="vip") == leaves


def test_an_unknown_variable_is_empty():
    assert ask("empty") == "yes"
    assert ask("less", 10) == "no"


@pytest.mark.parametrize(("match", "leaves"), [("all", "no"), ("any", "yes")])
def test_all_or_any(match, leaves):
    conditions = [{"variable": "x", "test": "is", "value": value} for value in ("1", "2")]
    assert talk(node("when", conditions=conditions, match=match), x="1")[1] == leaves


def test_a_lost_secret_is_asked_for_again():
    with pytest.raises(SecretLost):
        talk(
            node("when", conditions=[{"variable": "pin", "test": "is", "value": "1"}]),
            call=Call(secrets={"pin": "ask"}),
        )


def test_wrong_fields_are_named():
    assert wrong("when", conditions=[{"variable": "x", "test": "matches", "value": "("}]) == [
        ("conditions.0", "wrong_regex")
    ]
    assert wrong("when", conditions=[]) == [("conditions", "too_short")]
