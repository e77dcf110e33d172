from controller.flow.problem import ExitName, FlowError, Problem


def test_a_problem_speaks_other_languages():
    french = {"{field} must be at least {ge}.": "{field} doit être au moins {ge}."}
    problem = Problem("a", "tries", "x", "{field} must be at least {ge}.", {"ge": "1"})
    assert problem.text() == "tries must be at least 1."
    assert problem.text(lambda message: french[message]) == "tries doit être au moins 1."
    assert str(problem) == "a: tries must be at least 1."


def test_a_name_with_braces_breaks_no_message():
    assert str(FlowError("there is no list named {x}")) == "there is no list named {x}"
    assert str(FlowError("{name} is gone", name="{x}")) == "{x} is gone"
    assert str(FlowError("what is } this {")) == "what is } this {"


def test_an_exit_has_its_name_in_files_and_its_title_for_people_who_see_the_forms():
    problem = Problem("a", "exits.no_input", "x", "{exit} leads nowhere.", {"exit": ExitName("no_input", "No input")})
    assert problem.text() == "no_input leads nowhere."
    assert problem.said({"No input": "Aucune saisie", "{exit} leads nowhere.": "{exit} ne mène nulle part."}.get) == (
        "Aucune saisie ne mène nulle part."
    )
