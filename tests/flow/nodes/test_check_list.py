from controller.flow.call import Call
from controller.flow.commands import CheckList, Listed
from tests.flow.talk import node, talk


def test_looks_the_caller_up():
    assert talk(node("check_list", list="unwanted"), Listed(False), caller="+331") == (
        [CheckList("unwanted", "+331")],
        "not_listed",
    )


def test_says_what_the_list_says():
    call = Call({"called": "+332"})
    found = Listed(True, "+33*", "reject", "CALL_REJECTED")
    asked, leaves = talk(node("check_list", list="unwanted", number="{{called}}"), found, call=call)
    assert (asked, leaves) == ([CheckList("unwanted", "+332")], "listed")
    assert call.variables["list_entry"] == "+33*"
    assert (call.variables["list_action"], call.variables["list_argument"]) == ("reject", "CALL_REJECTED")
