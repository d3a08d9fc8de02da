"""environment.yaml as real catalogs write it."""

from catalog.blueprint import Texts, read_blueprint
from catalog.findings import Severity
from catalog.formats.ade import read_manifest
from tests.catalog.conftest import arm_text

HEAD = "name: Small\ntemplatePath: azuredeploy.json\n"


def merged(manifest: str, **parameters):
    blueprint, findings = read_blueprint(
        Texts(digest=manifest, arm_text=arm_text(parameters=parameters), manifest_text=HEAD + manifest)
    )
    return blueprint, [str(finding) for finding in findings]


def test_unknown_keys_are_warnings_because_real_catalogs_have_them():
    manifest, findings = read_manifest(HEAD + "repoUrl: https://example.com\n")
    assert manifest.name == "Small"
    assert [finding.severity for finding in findings] == [Severity.WARNING]


def test_a_name_with_a_refused_character_shows_it():
    _manifest, findings = read_manifest("name: a/b/c\ntemplatePath: x.json\n")
    assert "A name cannot contain /." in str(findings[0])


def test_a_path_out_of_the_folder_is_refused():
    for path in ("../x.json", "/etc/passwd", "a/../../x", "C:\\\\x.json", "..\\\\x"):
        manifest, findings = read_manifest(f'name: abc\ntemplatePath: "{path}"\n')
        assert manifest.template_path == ""
        assert "below" in str(findings[0])


def test_the_template_decides_the_type_and_the_manifest_only_warns():
    blueprint, findings = merged(
        "parameters:\n- {id: size, type: integer, default: 5}\n", size={"type": "string", "defaultValue": "1"}
    )
    assert blueprint.parameters[0].default == "5"
    assert "The manifest says integer, the template string" in findings[0]


def test_a_default_equal_as_a_number_is_among_the_choices():
    _blueprint, findings = merged(
        'parameters:\n- {id: cpu, default: ".5", allowed: ["0.25", "0.5"]}\n', cpu={"type": "string"}
    )
    assert findings == []


def test_a_number_in_the_manifest_is_sent_as_the_template_needs_it():
    blueprint, _findings = merged(
        'parameters:\n- {id: count, type: string, default: "3", allowed: ["1", "3"]}\n', count={"type": "int"}
    )
    assert (blueprint.parameters[0].default, blueprint.parameters[0].allowed) == (3, (1, 3))


def test_a_parameter_only_the_manifest_knows_is_not_sent():
    blueprint, findings = merged("parameters:\n- {id: ghost, default: x}\n")
    assert blueprint.parameters == ()
    assert "it is not sent" in findings[0]


def test_a_parameter_only_the_template_knows_is_asked_for():
    blueprint, _findings = merged("parameters: []\n", secretName={"type": "string"})
    assert blueprint.parameters[0].required
    assert blueprint.parameters[0].label.en == "Secret name"


def test_an_expression_in_the_manifest_leaves_the_templates_own_default():
    blueprint, _findings = merged(
        "parameters:\n- {id: place, default: '[resourceGroup().location]'}\n",
        place={"type": "string", "defaultValue": "x"},
    )
    assert blueprint.parameters[0].default == "x"


def test_a_broken_template_is_an_error_with_its_line():
    blueprint, findings = read_blueprint(Texts(digest="broken", arm_text='{\n"resources": [\n'))
    assert blueprint is None
    assert findings[0].severity == Severity.ERROR
    assert findings[0].line > 0


def test_a_template_for_a_whole_subscription_is_refused():
    text = arm_text().replace("2019-04-01/deploymentTemplate", "2018-05-01/subscriptionDeploymentTemplate")
    blueprint, findings = read_blueprint(Texts(digest="scope", arm_text=text))
    assert blueprint is None
    assert "resource group" in str(findings[0])


def test_what_reaches_outside_the_group_is_flagged_for_the_admin():
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2024-03-01",
        "name": "far",
        "subscriptionId": "11111111-1111-1111-1111-111111111111",
        "resourceGroup": "elsewhere",
        "properties": {"mode": "Complete", "templateLink": {"uri": "https://example.com/x.json"}},
    }
    blueprint, findings = read_blueprint(Texts(digest="flags", arm_text=arm_text(resources=[nested])))
    assert blueprint is not None
    text = "\n".join(map(str, findings))
    assert "outside the environment's group" in text
    assert "not pinned" in text
    assert "deletes what it does not list" in text
