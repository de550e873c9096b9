"""The contract as a page: everything in it is shown, in both languages, and the files can be taken away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from integrations.conformance.report import sentences
from integrations.conformance.signing import Key, signature
from portal.developers import contract, vectors

PAGE = "/developers/departments/"
GUIDE = (Path(__file__).parents[3] / "docs" / "department-guide.md").read_text("utf-8")
pytestmark = pytest.mark.django_db


def page(client: Client, lang: str = "zh-hans") -> str:
    response = client.get(PAGE, headers={"Accept-Language": lang})
    assert response.status_code == 200
    # Chinese in an English page says its language (WCAG 3.1.2): the sentence is the same without it.
    return unescape(re.sub(r'<span lang="zh-Hans">(.*?)</span>', r"\1", response.content.decode()))


def test_anybody_reads_the_contract_without_signing_in(client: Client) -> None:
    text = page(client)
    assert "部门系统对接" in text and "/applications/{key}/supplements" in text


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_request_status_shape_and_check_is_on_the_page(client: Client, lang: str) -> None:
    text = page(client, lang)
    words = "en" if lang == "en" else "zh"
    for group in contract.groups(words):
        for request in group.requests:
            assert request.path in text and request.title in text
            assert all(answer.text in text for answer in request.answers)
    assert all(meaning.text in text and meaning.needs in text for meaning in contract.meanings(words))
    assert all(f'id="shape-{shape.name}"' in text for shape in contract.shapes(words))
    assert all(says[words] in text for says in sentences().values())


def test_every_sentence_of_the_document_has_its_chinese() -> None:
    english = [text for text in _texts("en") if text]
    assert [text for text in english if text not in contract.wording()] == []
    assert set(contract.wording()) - set(english) == set()
    assert not any(re.fullmatch(r"[\x00-\x7f]+", text) for text in _texts("zh") if text and " " in text)


def _texts(lang: str) -> list[str]:
    """Everything that the page says out of the document."""
    texts = []
    for group in contract.groups(lang):
        texts.append(group.title)
        for request in group.requests:
            texts += [
                f"{request.title}." if lang == "en" else request.title,
                *(one.text for one in request.answers),
                *(one.text for one in request.headers),
            ]
            texts += [example.title for example in request.examples]
    for shape in contract.shapes(lang):
        texts += [shape.text, *(field.text for field in shape.fields)]
    for meaning in contract.meanings(lang):
        texts += [meaning.text, meaning.needs]
    return [text.strip() for text in texts]


def test_links_to_shapes_lead_to_shapes(client: Client) -> None:
    text = page(client)
    assert set(re.findall(r'href="#([\w-]+)"', text)) <= set(re.findall(r'id="([\w-]+)"', text))


def test_the_worked_signature_is_that_of_the_guide(client: Client) -> None:
    """Vectors for HMAC-SHA256 and HMAC-SM3: page, guide and rule say the same."""
    worked = vectors.worked()
    for algorithm, said in (("sha256", worked.by_sha256), ("sm3", worked.by_sm3)):
        right = base64.b64encode(hmac.digest(worked.secret.encode(), worked.text.encode(), algorithm)).decode()
        assert said == right and said in GUIDE and said in page(client)
    assert worked.text in GUIDE and worked.body in GUIDE and worked.secret in GUIDE
    assert hashlib.sha256(worked.body.encode()).hexdigest() in worked.text


@pytest.mark.parametrize("name", ["conformance.pyz", "openapi-department.yaml", "department.py", "department.mjs"])
def test_the_files_can_be_taken_away(client: Client, name: str) -> None:
    response = client.get(f"{PAGE}files/{name}")
    assert response.status_code == 200 and name in response["Content-Disposition"]
    assert name in page(client)


@pytest.mark.parametrize("name", ["settings.py", "..%2fmanage.py", "department-guide.md"])
def test_no_other_file_can_be_taken_away(client: Client, name: str) -> None:
    assert client.get(f"{PAGE}files/{name}").status_code == 404


def test_the_kit_judges_by_the_same_vectors() -> None:
    worked = vectors.worked()
    for algorithm, said in (("hmac-sha256", worked.by_sha256), ("hmac-sm3", worked.by_sm3)):
        assert signature(Key("WJ-9", worked.secret.encode(), algorithm), worked.text.encode()) == said


def test_the_kit_taken_away_runs_by_itself(client: Client, tmp_path: Path) -> None:
    """A stranger needs Python and this one file: no checkout, no packages, no settings."""
    kit = tmp_path / "conformance.pyz"
    kit.write_bytes(client.get(f"{PAGE}files/conformance.pyz").content)
    command = [sys.executable, "-I", str(kit), "http://127.0.0.1:9", "--dept", "WJ", "--key-id", "WJ-1"]
    command += ["--secret-env", "S", "--only", "Q1"]
    env = {"S": "x" * 32, "LC_ALL": "C"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (1, "") and done.stdout.startswith("✗ Q1")
    assert sentences()["Q1"]["zh"] in done.stdout
