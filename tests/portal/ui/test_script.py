"""Traditional characters: our words are turned over, what people wrote is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.models import Case
from portal.ui.own_words import own_words, with_masked
from portal.ui.script import WORD_ATTRIBUTES, as_typed, marked_page, traditional, traditional_answer, traditional_page
from portal.ui.spoken import SpokenPages

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("page", "turned"),
    [
        ("<p>户口登记</p>", "<p>戶口登記</p>"),
        ("<p>干部头发发放后面</p>", "<p>幹部頭髮發放後面</p>"),
        ('<input value="后里" placeholder="姓名与地址">', '<input value="后里" placeholder="姓名與地址">'),
        ("<textarea>后里村</textarea>后面", "<textarea>后里村</textarea>後面"),
        ('<b translate="no">林<b>后</b>里</b>里面', '<b translate="no">林<b>后</b>里</b>裡面'),
        ('<p lang="zh-Hans">简体</p>简体', '<p lang="zh-Hans">简体</p>簡體'),
        ('<a href="/?q=宝宝" data-name="宝">宝宝</a>', '<a href="/?q=宝宝" data-name="宝">寶寶</a>'),
        ('<option value="汉族" label="汉族">汉族</option>', '<option value="汉族" label="漢族">漢族</option>'),
        ("<p title='1 > 0' data-busy=\"处理中\">时间</p>", "<p title='1 > 0' data-busy=\"處理中\">時間</p>"),
        ("<!-- 说明 --><script>var 说 = 1;</script>说明", "<!-- 说明 --><script>var 说 = 1;</script>說明"),
    ],
)
def test_words_for_people_are_turned_and_nothing_else(page: str, turned: str) -> None:
    assert traditional_page(page) == turned


def test_marked_words_stay_inside_a_sentence_and_lose_their_marks() -> None:
    assert traditional(f"等{as_typed('后晓岚')}确认") == "等后晓岚確認"
    assert traditional_page(f'<p title="{as_typed("后晓")}">等{as_typed("后晓")}确认</p>') == (
        '<p title="后晓">等后晓確認</p>'
    )


def test_words_of_people_stay_wherever_they_stand() -> None:
    page = "<h1>后晓岚的证照</h1><p title='等后晓岚确认'>后晓岚住后里村，后面有证照</p>"
    assert traditional_page(page, {"后晓岚", "后里村"}) == (
        "<h1>后晓岚的證照</h1><p title='等后晓岚確認'>后晓岚住后里村，後面有證照</p>"
    )
    assert traditional_page("<p>A&amp;后公司与后面</p>", {"A&后公司"}) == "<p>A&amp;后公司與後面</p>"


def test_what_is_opened_from_sealed_fields_is_heard() -> None:
    """A name, the name at the head of a case, the words of its answers; nothing while nobody listens."""
    with own_words() as heard:
        assert sealed("applicant_name", "林晓岚").applicant_name == "林晓岚"
        assert sealed("title", "陈一诺的新生儿出生一件事").title
        assert sealed("answers", {"s_child": [{"name": "陈一诺", "born": "2026-10-31", "live": "后里村1号"}]}).answers
    assert heard == {"林晓岚", "陈一诺", "后里村1号"}
    assert with_masked({"林晓岚"}) == {"林晓岚", "林**"}
    assert sealed("applicant_name", "王建国").applicant_name == "王建国"
    assert "王建国" not in heard


def sealed(name: str, value: object) -> Case:
    """A case as it comes from the database: with a value that nobody has opened yet."""
    case = Case(**{name: value})
    setattr(case, name, Case._meta.get_field(name).pre_save(case, True))
    return case


def test_an_answer_for_a_script_turns_its_sentences_only() -> None:
    answer = {"saved": "已自动保存", "errors": {"name": "不对"}, "values": {"name": "后晓岚"}, "version": 7}
    assert traditional_answer(answer) == {
        "saved": "已自動保存", "errors": {"name": "不對"}, "values": {"name": "后晓岚"}, "version": 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("<p>Law</p>", "<p>Law</p>"),
        ("<p>疫苗管理法</p>", '<p><span lang="zh-Hans">疫苗管理法</span></p>'),
        ("<p>Once 户口 is there</p>", '<p><span>Once <span lang="zh-Hans">户口</span> is there</span></p>'),
        ("<p>甲、乙（丙）</p>", '<p><span><span lang="zh-Hans">甲、乙（丙</span>）</span></p>'),
        ('<i lang="zh-Hans">户口</i><b translate="no">林</b>', '<i lang="zh-Hans">户口</i><b translate="no">林</b>'),
        ('<option title="户">户口</option><title>户口</title>', '<option title="户">户口</option><title>户口</title>'),
        ("<textarea>户口</textarea>", "<textarea>户口</textarea>"),
    ],
)
def test_chinese_on_an_english_page_says_that_it_is_chinese(page: str, marked: str) -> None:
    """WCAG 2.2, 3.1.2: Language of Parts."""
    assert marked_page(page) == marked


@pytest.mark.parametrize(
    ("page", "pointed"),
    [
        ("<p>2 departments，Instant</p>", "<p>2 departments, Instant</p>"),
        ("<b>Mobile</b>：wrong、late；twice。", "<b>Mobile</b>: wrong, late; twice. "),
        ("<p>ID（card）and PDF（scan）</p>", "<p>ID (card) and PDF (scan)</p>"),
        ('<a aria-label="Delete：scan.pdf">x</a>', '<a aria-label="Delete: scan.pdf">x</a>'),
        ("<b>About</b>：户口、证照", '<b>About</b><span>: <span lang="zh-Hans">户口、证照</span></span>'),
        ('<p translate="no">A，B</p><p>A，B：C，D</p>', '<p translate="no">A，B</p><p>A，B: C, D</p>'),
        ('<input value="A，B">', '<input value="A，B">'),
    ],
)
def test_english_has_its_own_marks_between_words(page: str, pointed: str) -> None:
    assert marked_page(page, {"A，B"}) == pointed


def test_a_long_chinese_text_that_ends_in_letters_is_marked_like_a_short_one() -> None:
    long = "按国家规定缴存补充养老保险费" * 400
    assert marked_page(f"<p>{long} (A)</p>") == f'<p><span><span lang="zh-Hans">{long}</span> (A)</span></p>'


def test_nothing_is_turned_for_other_languages_and_for_programs() -> None:
    for language, path, said in (
        ("zh-hans", "/", "户口"),
        ("en", "/", '<span lang="zh-Hans">户口</span>'),
        ("en", "/api/v1/drafts/", "户口"),
        ("zh-hant", "/", "戶口"),
        ("zh-hant", "/api/v1/drafts/", "户口"),
        ("zh-hant", "/admin/", "户口"),
    ):
        with translation.override(language):
            request = HttpRequest()
            request.path_info = path
            answered = SpokenPages(lambda _: HttpResponse("户口"))(request)
        assert isinstance(answered, HttpResponse)
        assert answered.content.decode() == said, (language, path)


def test_a_file_to_keep_leaves_as_it_is() -> None:
    kept = {"Content-Disposition": "attachment; filename=a.html"}
    with translation.override("zh-hant"):
        answered = SpokenPages(lambda _: HttpResponse("户口", headers=kept))(HttpRequest())
        told = SpokenPages(lambda _: JsonResponse({"saved": "已自动保存"}))(HttpRequest())
    assert isinstance(answered, HttpResponse) and answered.content.decode() == "户口"
    assert isinstance(told, HttpResponse) and "已自動保存" in told.content.decode()


@pytest.mark.django_db
def test_a_page_in_traditional_characters_says_so(client: Client) -> None:
    client.post(reverse("ui:prefer"), {"language": "zh-hant", "next": "/"})
    page = client.get("/help/").content.decode()
    assert '<html lang="zh-Hant">' in page
    assert "跳到正文" in page and "簡體中文" not in page
    assert "简体中文" in page  # the way back, for those who read it


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["zh-TW", "zh-HK,zh;q=0.9", "zh-Hant-MO"])
def test_a_browser_that_asks_for_traditional_characters_gets_them(client: Client, asked: str) -> None:
    page = client.get("/help/", headers={"accept-language": asked}).content.decode()
    assert '<html lang="zh-Hant">' in page


def test_the_filter_marks_only_where_characters_are_turned() -> None:
    template = engines["django"].from_string("{% load ui %}{{ name|typed }}")
    with translation.override("zh-hans"):
        assert template.render({"name": "后<b>"}) == "后&lt;b&gt;"
    with translation.override("zh-hant"):
        assert traditional_page(template.render({"name": "后<b>"})) == "后&lt;b&gt;"


def test_every_attribute_with_a_sentence_is_known() -> None:
    found = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\s([\w-]+)=\"\{% (?:block)?trans", path.read_text(encoding="utf-8"))
    }
    assert found <= set(WORD_ATTRIBUTES)
