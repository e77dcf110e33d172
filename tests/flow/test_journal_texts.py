"""What the journal tells of a text that is spoken: the flow's own words, and not what the caller told."""

from __future__ import annotations

from controller.flow import codec
from controller.flow.call import Call
from controller.flow.commands import Collect, Listen, Phrase, Play, Replied
from controller.flow.matching import answers
from controller.flow.nodes.ask_slot import AskSlot
from controller.flow.nodes.http import Http
from controller.flow.nodes.say import Say
from controller.flow.recorded import shown

CALL = Call({"language": "en", "name": "Anna Müller", "name_spoken": "Anna Müller"})


def test_a_text_is_told_with_the_names_of_its_variables() -> None:
    say = Say.model_validate({"text": {"en": "Good day, {{name}}."}, "exits": {"next": "end"}})
    sounds = CALL.sounds(say)
    assert sounds == (Phrase("Good day, Anna Müller.", "en"),)
    for command in (Play(sounds), Collect(sounds), Listen(sounds)):
        assert "Anna" in str(codec.dump(command))  # whoever speaks it knows the value
        assert "Good day, {{name}}." in str(shown(command))
        assert "Anna" not in str(shown(command))


def test_so_is_the_question_whether_a_value_is_right() -> None:
    asked = {"type": "name", "save": "name", "prompt": {"text": {"en": "Your name?"}}}
    node = AskSlot.model_validate(asked | {"confirmation": "explicit", "exits": {"ok": "end", "failed": "end"}})
    question = node.question(CALL, "explicit")
    assert question == (Phrase("Anna Müller, is that right?", "en"),)
    assert shown(Play(question))["sounds"] == [
        {"type": "phrase", "text": "{{name_spoken}}, is that right?", "language": "en"}
    ]


def test_a_text_without_variables_stays_as_it_is() -> None:
    assert shown(Play((Phrase("Good day.", "en"),)))["sounds"][0]["text"] == "Good day."


def test_so_is_the_address_of_a_web_service() -> None:
    exits = {"ok": "end", "failed": "end", "unknown": "end"}
    asked = Http.model_validate({"url": "https://crm.example/of/{{name}}?x={{name}}", "exits": exits}).request(CALL)
    assert asked.url == "https://crm.example/of/Anna%20M%C3%BCller?x=Anna%20M%C3%BCller"
    told = shown(asked)
    assert told == {"type": "request", "method": "GET", "url": "https://crm.example/of/{{name}}"}
    # What an earlier version told of the same request is still its answer's.
    before = told | {"url": "https://crm.example/of/Anna%20M%C3%BCller"}
    assert answers(asked, told, before, Replied("ok"))
    assert not answers(asked, told, told | {"url": "https://crm.example/of/{{number}}"}, Replied("ok"))
