"""The API's own schemas and examples: they hold, and so do our answers, queries and client."""

from __future__ import annotations

import json
from functools import cache

import pytest

from conftest import suite
from kkgraph.errors import RemoteError
from kkgraph.link.remote import answers, manifest
from kkgraph.link.service import Refusal, asking, batch
from reconcilers import small_service

ROOT = suite("reconciliation")
FOLDERS = {
    "data-extension-metadata": "manifest.json#/properties/extend",
    "data-extension-property-proposal": "data-extension-property-proposal.json",
    "data-extension-query": "data-extension-query.json",
    "data-extension-response": "data-extension-response.json",
    "manifest": "manifest.json",
    "preview-metadata": "manifest.json#/properties/preview",
    "reconciliation-candidate": "reconciliation-result-batch.json#/patternProperties/^.*$"
    "/properties/result/items",
    "reconciliation-query-batch": "reconciliation-query-batch.json",
    "reconciliation-result-batch": "reconciliation-result-batch.json",
    "security-scheme": "manifest.json#/properties/authentication",
    "suggest-entities-response": "suggest-entities-response.json",
    "suggest-metadata": "manifest.json#/properties/suggest/definitions/service_definition",
    "suggest-properties-response": "suggest-properties-response.json",
    "suggest-types-response": "suggest-types-response.json",
}
UNDEFINED = {"flyout-response", "preview-response"}
"""Examples for which there is no schema: a service that is gone from the API, and a page."""
DEVIATES = {"http_basic_auth"}
"""An example written for OpenAPI 3, while the schema of the suite is that of Swagger 2."""
EXAMPLES = sorted((ROOT / "examples").glob("*/*/*.json")) if ROOT else []
SHOWN = [p for p in EXAMPLES if p.parent.parent.name in FOLDERS]


@cache
def registry():
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT7

    found = Registry()
    for path in sorted((ROOT / "schemas").glob("*.json")):
        schema = json.loads(path.read_text("utf-8"))
        schema.pop("$schema", None)  # an address that names no draft
        found = found.with_resource(schema["$id"].rstrip("#"), Resource(schema, DRAFT7))
    return found


def problems(data, schema: str) -> list[str]:
    """What is wrong with data, by a schema of the suite."""
    from jsonschema import Draft7Validator

    if ROOT is None:
        suite("reconciliation", skip=True)
    name, _, place = schema.partition("#")
    about = json.loads((ROOT / "schemas" / name).read_text("utf-8"))["$id"].rstrip("#")
    validator = Draft7Validator({"$ref": f"{about}#{place}"}, registry=registry())
    return [f"{list(e.path)}: {e.message}" for e in validator.iter_errors(data)]


def read(path):
    return json.loads(path.read_text("utf-8"))


def test_the_whole_suite_is_collected():
    suite("reconciliation", skip=True)
    assert len(list((ROOT / "schemas").glob("*.json"))) == 11
    assert {p.parent.parent.name for p in EXAMPLES} | {"preview-response"} == {
        *FOLDERS, *UNDEFINED
    }  # fmt: skip
    assert (len(EXAMPLES), len(SHOWN)) == (51, 50)
    assert sum(p.parent.name == "valid" for p in SHOWN) == 34
    assert sum(p.parent.name == "invalid" for p in SHOWN) == 16


@pytest.mark.parametrize("path", SHOWN, ids=lambda p: f"{p.parent.parent.name}-{p.stem}")
def test_examples_are_what_they_say(path):
    found = problems(read(path), FOLDERS[path.parent.parent.name])
    assert bool(found) == (path.parent.name == "invalid" or path.stem in DEVIATES), found


def of(folder, kind):
    return [p for p in EXAMPLES if p.parts[-3:-1] == (folder, kind)]


def test_our_service_reads_the_queries_that_are_valid_and_no_others():
    suite("reconciliation", skip=True)
    valid, invalid = (of("reconciliation-query-batch", kind) for kind in ("valid", "invalid"))
    assert (len(valid), len(invalid)) == (4, 3)
    for path in valid:
        assert set(batch(read(path))) == set(read(path))
    for path in invalid:
        with pytest.raises(Refusal) as found:
            batch(read(path))
        assert (found.value.status, found.value.code) == (400, "bad-query")
    extensions = of("data-extension-query", "valid")
    assert len(extensions) == 2
    for path in extensions:
        assert asking.extension(read(path)).ids == ("10662041X", "1064905412")


def test_our_client_reads_every_valid_manifest_and_answer():
    suite("reconciliation", skip=True)
    manifests = of("manifest", "valid")
    assert len(manifests) == 16
    names = {}
    for path in manifests:
        if path.stem == "authentication":
            with pytest.raises(RemoteError, match="wants a login"):
                manifest.read(read(path), "https://service.example/")
        else:
            names[path.stem] = manifest.read(read(path), "https://service.example/")
    assert len(names) == 15
    wikidata = names["wikidata"]
    assert wikidata.iri("Q876526") == "http://www.wikidata.org/entity/Q876526"
    assert wikidata.versions == ("0.1", "0.2")
    # its space is no beginning of an address, so its view says where things are
    charity = names["findthatcharity"]
    assert charity.iri("GB 1") == "https://findthatcharity.uk/charity/GB%201"
    (path,) = of("reconciliation-result-batch", "valid")
    found = answers.results(read(path))
    assert set(found) == {"q1", "q2"}
    assert [o.match for o in answers.offers(found["q2"], wikidata)] == [True, False]
    assert (
        answers.results(read(ROOT / "examples/reconciliation-result-batch/invalid/root-array.json"))
        == {}
    )


@pytest.mark.parametrize("lang", ["th", "en"])
def test_our_answers_fit_the_schemas(lang):
    service = small_service()
    base = "http://127.0.0.1:8650/reconcile"
    about = service.manifest(base, lang, documentation="http://127.0.0.1:8650/")
    assert problems(about, "manifest.json") == []
    found = service.reconcile(
        batch({
            "q0": {"query": "ทต.ท่าพระ จ.ขอนแก่น", "limit": 3},
            "q1": {"query": "ท่าพระ"},
            "q2": {"properties": [{"pid": "dla", "v": "5400109"}]},
            "q3": {"query": "ทต.ท่าพระ", "properties": [{"pid": "dla", "v": "5999999"}]},
            "q4": {"query": "ไม่มีที่ไหนเลย"},
        }),
        lang,
    )  # fmt: skip
    assert problems(found, "reconciliation-result-batch.json") == []
    assert all(found[q]["result"] for q in ("q0", "q1", "q2"))
    json.dumps(found, allow_nan=False)
    for prefix in ("ท่า", "Tha", "", "zzz"):
        entities = service.suggest_entity(prefix, lang)
        assert problems(entities, "suggest-entities-response.json") == []
        types = service.suggest_type(prefix, lang)
        assert problems(types, "suggest-types-response.json") == []
        properties = service.suggest_property(prefix, lang)
        assert problems(properties, "suggest-properties-response.json") == []
    proposed = service.propose("TownMunicipality", "5", lang)
    assert problems(proposed, "data-extension-property-proposal.json") == []
    asked = {
        "ids": [e.id for e in service.entries] + ["nobody"],
        "properties": [{"id": p.id} for p in service.properties],
    }
    assert problems(asked, "data-extension-query.json") == []
    rows = service.extend(asked, lang)
    assert problems(rows, "data-extension-response.json") == []
    assert len(rows["rows"]) == len(service.entries) + 1
    assert len(rows["meta"]) == len(asked["properties"]) >= 10
