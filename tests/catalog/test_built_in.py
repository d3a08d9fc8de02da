"""The templates we ship really expand, ask for what the form can hold, and hide what is secret."""

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arm
from catalog.blueprint import read_blueprint
from catalog.explain import options, resources_built
from catalog.formats.ade import read_manifest
from catalog.samples import sample_context
from catalog.sync import BUILT_IN_FOLDER, read_files

ITEMS = sorted(path for path in BUILT_IN_FOLDER.iterdir() if path.is_dir())
CHAT = BUILT_IN_FOLDER / "chatgpt-web-app"


@cache
def built(item: Path):
    blueprint, findings = read_blueprint(read_files(item).texts)
    assert findings == ()
    assert blueprint is not None
    return blueprint


def expand(item: Path, **parameters):
    return arm.expand(built(item).template, parameters=parameters, context=sample_context(1, region="eastus2"))


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_a_built_in_template_has_no_findings_and_expands(item):
    assert expand(item).outputs


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_every_text_of_a_built_in_template_is_there_in_japanese(item):
    blueprint = built(item)
    overlay = blueprint.overlay
    texts = [overlay.name, overlay.summary, *(group.label for group in overlay.groups)]
    texts += [query.name for query in overlay.queries]
    texts += [text for each in blueprint.parameters if not each.is_hidden for text in (each.label, each.help)]
    assert [text.en for text in texts if not text.ja] == []
    assert read_files(item).readme_ja_text


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_the_manifest_would_be_accepted_by_the_service_it_comes_from(item):
    manifest, findings = read_manifest(read_files(item).manifest_text)
    assert findings == ()
    assert (item / manifest.template_path).is_file()


def test_the_interpreter_gives_exactly_the_names_its_sample_reads():
    names = [line.name for line in built(BUILT_IN_FOLDER / "code-interpreter-sessions").env]
    assert names == ["POOL_ENDPOINT", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_MODEL"]


def test_the_interpreter_fetches_its_key_from_the_account_and_stores_none():
    blueprint = built(BUILT_IN_FOLDER / "code-interpreter-sessions")
    key = next(line for line in blueprint.env if line.name == "AZURE_OPENAI_API_KEY")
    assert (key.list_action, key.path) == ("listKeys", "key1")
    assert "listKeys" not in json.dumps(dict(blueprint.document))


def test_the_empty_sandbox_builds_nothing_and_gives_its_owner_contributor():
    blueprint = built(BUILT_IN_FOLDER / "empty-sandbox")
    assert resources_built(blueprint) == ()
    assert next((wish.role, wish.for_whom) for wish in blueprint.roles) == ("Contributor", "owner")


def test_the_chat_app_says_what_each_option_adds():
    added = {option.parameter.name: [line.type for line in option.lines] for option in options(built(CHAT))}
    assert "Microsoft.DocumentDB/databaseAccounts" in added["history"]
    assert "Microsoft.Network/privateEndpoints" in added["privateNetwork"]


def test_the_chat_app_keeps_the_client_secret_out_of_sight():
    expansion = expand(CHAT, signInClientId="id", signInClientSecret="hidden words")
    assert "hidden words" not in repr([resource.body for resource in expansion.all_resources()])
    assert "hidden words" not in repr(expansion.outputs)


@settings(deadline=None, max_examples=30)
@given(
    monitoring=st.booleans(),
    history=st.booleans(),
    privateNetwork=st.booleans(),
    signInClientId=st.sampled_from(["", "00000000-0000-0000-0000-000000000001"]),
    allowedIpAddresses=st.lists(st.sampled_from(["203.0.113.7", "198.51.100.0/24"]), max_size=4),
    model=st.sampled_from(["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini"]),
)
def test_the_chat_app_expands_with_any_mix_of_options(**parameters):
    expansion = expand(CHAT, **parameters)
    ids = [resource.id.lower() for resource in expansion.all_resources()]
    assert len(ids) == len(set(ids))
    endpoints = [one for one in expansion.all_resources() if one.type == "Microsoft.Network/privateEndpoints"]
    assert len(endpoints) == (0 if not parameters["privateNetwork"] else 2 if parameters["history"] else 1)
