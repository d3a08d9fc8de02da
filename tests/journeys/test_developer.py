"""A developer asks for an environment, watches it being built, uses it, extends it and gives it back."""


def test_a_developer_gets_uses_extends_and_gives_back_an_environment(visitor):
    yui = visitor("sato.yui")
    assert "Sato Yui" in yui.page.text

    yui.open("/requests/new/code-interpreter-sessions/")
    yui.press("Check it", project="apollo", environment_type="develop", name="agent-lab", region="eastus2")
    print(yui.page.text)
    assert 0
