"""Faults to plant into the definition of having a baby: what is changed, where the fault is found, words it says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Change = Callable[[Document], None]
FORM = "form.sections[s_mother].fields"


def entry(document: Document, key: str, ident: str) -> Any:
    return next(e for e in document[key] if ident in (e.get("id"), e.get("code")))


def put(*path: Any) -> Change:
    """Set what stands at the end of a path; the last argument is the value."""
    *steps, last, value = path

    def change(document: Document) -> None:
        here: Any = document
        for step in steps:
            here = here[step] if isinstance(step, int) or not isinstance(here, list) else entry({"x": here}, "x", step)
        here[last] = value

    return change


def drop(*path: Any) -> Change:
    *steps, last = path

    def change(document: Document) -> None:
        here: Any = document
        for step in steps:
            here = here[step] if isinstance(step, int) or not isinstance(here, list) else entry({"x": here}, "x", step)
        del here[last]

    return change


def twice(*path: Any) -> Change:
    """Repeat the first entry of a list at its end."""

    def change(document: Document) -> None:
        here: Any = document
        for step in path:
            here = here[step] if not isinstance(here, list) else entry({"x": here}, "x", step)
        here.append(copy.deepcopy(here[0]))

    return change


def append(*path: Any) -> Change:
    *steps, value = path

    def change(document: Document) -> None:
        here: Any = document
        for step in steps:
            here = here[step] if not isinstance(here, list) else entry({"x": here}, "x", step)
        here.append(value)

    return change


PAY = "results[R_PAY].fields"
FIELD = ("form", "sections", "s_mother", "fields")
ERRORS: list[tuple[str, Change, str, str]] = [
    # shape
    ("key missing", drop("items", "HUKOU", "dept"), "items[HUKOU]", "缺少 dept"),
    ("top key missing", drop("sources"), "", "缺少 sources"),
    ("wrong kind", put("items", "HUKOU", "zh", 5), "items[HUKOU].zh", "应为文字"),
    ("wrong truth", put(*FIELD, "mother_name", "required", "yes"), FORM + "[mother_name].required", "true 或 false"),
    ("no list", put("materials", {"a": 1}), "materials", "应为列表"),
    ("no mapping", append("items", "HUKOU"), "items[9]", "应为键值对"),
    ("word not allowed", put("items", "HUKOU", "select", "maybe"), "items[HUKOU].select", "只能是"),
    ("unit", put("items", "HUKOU", "committed", "unit", "fortnight"), "items[HUKOU].committed.unit", "fortnight"),
    ("mode", put("mode", "chaos"), "mode", "chaos"),
    ("id form", put("materials", "M_POA", "id", "poa"), "materials[poa].id", "命名约定"),
    ("truth as text", put("items", "HUKOU", "zh", True), "items[HUKOU].zh", "加引号"),
    ("truth as result field", put("results", "R_PAY", "fields", 0, [False, "否", "text"]), PAY + "[0]", "真假值"),
    ("truth alone as result field", put("results", "R_PAY", "fields", 0, True), PAY + "[0]", "真假值"),
    ("result field without a name", put("results", "R_PAY", "fields", 0, ["", "空", "text"]), PAY + "[0]", "字段名"),
    ("result field twice", put("results", "R_PAY", "fields", 0, ["amount", "金额", "money"]), PAY + "[1]", "重复"),
    ("number as key", put("national_list", {2024: 1}), "national_list", "应为文字"),
    # identity
    ("item twice", twice("items"), "items[9]", "重复"),
    ("field twice", twice("form", "sections", "s_mother", "fields"), FORM + "[7]", "重复"),
    ("material twice", twice("materials"), "materials[10]", "重复"),
    ("party twice", twice("parties"), "parties[4]", "重复"),
    ("question twice", twice("guidance"), "guidance[7]", "重复"),
    ("reason twice", twice("reasons", "supplement"), "reasons.supplement[5]", "重复"),
    ("field named like a question", put(*FIELD, "mother_live", "id", "marital"), FORM + "[6]", "同名的情形"),
    # references
    ("lead", put("lead", "NOBODY"), "lead", "部门目录里没有"),
    ("department", put("items", "HUKOU", "dept", "XX"), "items[HUKOU].dept", "部门目录里没有 XX"),
    ("department of the matter", put("items", "HUKOU", "dept", "MZ"), "items[HUKOU].dept", "属于 GA"),
    ("kind of the matter", put("items", "HUKOU", "type", "公共服务"), "items[HUKOU].type", "行政确认"),
    (
        "licence of a result",
        put("results", "R_HUKOU", "licence", "NO_SUCH"),
        "results[R_HUKOU].licence",
        "证照目录里没有",
    ),
    ("item of a result", put("results", "R_HUKOU", "item", "NO_SUCH"), "results[R_HUKOU].item", "没有事项"),
    (
        "exemption",
        put("materials", "M_HUKOU_BOOK", "exempt_by", ["NO_SUCH"]),
        "materials[M_HUKOU_BOOK].exempt_by",
        "既不是证照",
    ),
    ("exemption of nobody", drop("materials", "M_HUKOU_BOOK", "of"), "materials[M_HUKOU_BOOK]", "of"),
    (
        "party of a material",
        put("materials", "M_HUKOU_BOOK", "of", ["uncle"]),
        "materials[M_HUKOU_BOOK].of",
        "没有当事人 uncle",
    ),
    ("code list", put(*FIELD, "mother_ethnic", "options", "@none"), FORM + "[mother_ethnic].options", "没有代码表"),
    ("validator", put(*FIELD, "mother_name", "rule", "no_such"), FORM + "[mother_name].rule", "没有校验规则"),
    ("item of a field", put(*FIELD, "mother_name", "items", ["NO_SUCH"]), FORM + "[mother_name].items", "没有事项"),
    (
        "reason about nothing",
        put("reasons", "supplement", "S01", "about", "M_NONE"),
        "reasons.supplement[S01].about",
        "M_NONE",
    ),
    ("reason of no item", put("reasons", "reject", "J01", "item", "NONE"), "reasons.reject[J01].item", "没有事项 NONE"),
    ("agent's paper", put("agent", "material", "M_NONE"), "agent.material", "没有材料"),
    ("source", put("sources", 0, "ref", ""), "sources[0]", "来源"),
    ("basis", drop("basis", 0, "src"), "basis[0]", "来源"),
    (
        "attribute of an identity",
        put("parties", "father", "identity", {"height": "father_name"}),
        "parties[father].identity.height",
        "身份没有 height",
    ),
    (
        "identity of a party",
        put("parties", "father", "identity", {"name": "no_such"}),
        "parties[father].identity.name",
        "没有字段",
    ),
    # selection
    (
        "adds nothing",
        put("guidance", "maternity", "options", 0, "adds", ["S_NONE"]),
        "guidance[maternity].options[employee].adds",
        "S_NONE",
    ),
    ("never added", put("items", "SBK", "select", "conditional"), "items[SBK].select", "没有任何选项"),
    # order
    (
        "unknown upstream",
        put("items", "SBK", "depends_on", 0, "item", "NONE"),
        "items[SBK].depends_on[NONE].item",
        "不存在",
    ),
    (
        "flow of nothing",
        put("items", "SBK", "depends_on", 0, "flow", ["no_such"]),
        "items[SBK].depends_on[HUKOU].flow",
        "结果里没有 no_such",
    ),
    (
        "alternative's flow",
        put("items", "MI_JOIN", "depends_on", 0, "alternative", "flow", ["no_such"]),
        "items[MI_JOIN].depends_on[HUKOU].alternative.flow",
        "结果里没有 no_such",
    ),
    (
        "circle of items",
        put("items", "BIRTH_CERT", "depends_on", [{"item": "SBK", "need": "approved", "if_rejected": "ask"}]),
        "items[BIRTH_CERT].depends_on",
        "互相依赖",
    ),
    # limits
    ("beyond the law", put("items", "HUKOU", "committed", "n", 30), "items[HUKOU].committed", "长于法定"),
    ("a start that is no item", put("clock", "starts_with", "NOBODY"), "clock.starts_with", "没有事项 NOBODY"),
    ("promise beyond the law", put("clock", "committed", "n", 50), "clock.committed", "长于法定"),
    ("limit without a source", drop("items", "HUKOU", "committed", "src"), "items[HUKOU].committed", "来源"),
    ("fee without an amount", drop("items", "MI_PAY", "fee", "amount"), "items[MI_PAY].fee", "amount"),
    # form
    ("field nobody needs", put(*FIELD, "mother_name", "items", []), FORM + "[mother_name]", "没有事项需要它"),
    ("no options", put(*FIELD, "mother_ethnic", "options", []), FORM + "[mother_ethnic].options", "要写选项"),
    ("default", put(*FIELD, "mother_id_kind", "default", "XX"), FORM + "[mother_id_kind].default", "不在选项里"),
    ("rule key", put(*FIELD, "mother_name", "rule", {"mni": 1}), FORM + "[mother_name].rule", "mni"),
    ("regex", put(*FIELD, "mother_name", "rule", {"regex": "(("}), FORM + "[mother_name].rule.regex", "有误"),
    ("slow regex", put(*FIELD, "mother_name", "rule", {"regex": "(a+)+$"}), FORM + "[mother_name].rule.regex", "拖慢"),
    (
        "prefill from nowhere",
        put(*FIELD, "mother_name", "prefill", "sky:name"),
        FORM + "[mother_name].prefill",
        "看不懂",
    ),
    (
        "prefill licence",
        put(*FIELD, "mother_name", "prefill", "licence:NONE@mother.name"),
        FORM + "[mother_name].prefill",
        "没有 NONE",
    ),
    (
        "prefill column",
        put(*FIELD, "mother_name", "prefill", "licence:ID_CARD@mother.no"),
        FORM + "[mother_name].prefill",
        "没有字段 no",
    ),
    (
        "prefill party",
        put(*FIELD, "mother_name", "prefill", "licence:ID_CARD@aunt.name"),
        FORM + "[mother_name].prefill",
        "没有当事人 aunt",
    ),
    (
        "prefill row",
        put(*FIELD, "mother_name", "prefill", "licence:ID_CARD@row.name"),
        FORM + "[mother_name].prefill",
        "重复组",
    ),
    (
        "prefill result",
        put(*FIELD, "mother_name", "prefill", "result:HUKOU.none"),
        FORM + "[mother_name].prefill",
        "none",
    ),
    (
        "prefill field",
        put(*FIELD, "mother_name", "prefill", "field:none"),
        FORM + "[mother_name].prefill",
        "没有字段 none",
    ),
    ("prefill account", put(*FIELD, "mother_name", "prefill", "account:age"), FORM + "[mother_name].prefill", "age"),
    (
        "prefill calc",
        put(*FIELD, "mother_name", "prefill", "calc:nothing + 1"),
        FORM + "[mother_name].prefill",
        "nothing",
    ),
    # papers
    ("paper nobody needs", put("materials", "M_POA", "items", []), "materials[M_POA].items", "没有事项需要它"),
    ("paper per nothing", put("materials", "M_POA", "per", "s_none"), "materials[M_POA].per", "没有重复组"),
    ("result without fields", drop("results", "R_PAY", "fields"), "results[R_PAY]", "没有字段"),
    ("result without delivery", put("results", "R_PAY", "delivery", []), "results[R_PAY]", "送达"),
    ("item without result", drop("results", 8), "items[CARE_REG]", "没有结果"),
    (
        "instances of nothing",
        put("items", "SBK", "instances", {"group": "s_none"}),
        "items[SBK].instances.group",
        "没有重复组",
    ),
    (
        "instances by nothing",
        put("items", "SBK", "instances", {"group": "s_child", "by": "none"}),
        "items[SBK].instances.by",
        "没有字段 none",
    ),
    # expressions
    ("unknown name", put("items", "HUKOU", "when", "no_such == 1"), "items[HUKOU].when", "no_such"),
    ("unknown function", put("items", "HUKOU", "when", "open('x')"), "items[HUKOU].when", "open"),
    ("syntax", put("items", "HUKOU", "when", "a =="), "items[HUKOU].when", ""),
    ("option that is none", put("items", "HUKOU", "when", 'marital == "widow"'), "items[HUKOU].when", "widow"),
    (
        "fact of nothing",
        put("eligibility", "E2", "expr", 'fact("api:NONE@mother.x") == 1'),
        "eligibility[E2].expr",
        "NONE",
    ),
    (
        "selected nothing",
        put(*FIELD, "mother_name", "when", 'selected("NONE")'),
        FORM + "[mother_name].when",
        "没有事项 NONE",
    ),
    (
        "paid nothing",
        put("items", "MI_PAY", "decision", "rules", 0, "expr", 'paid("NONE")'),
        "items[MI_PAY].decision.rules[A1].expr",
        "NONE",
    ),
    ("valid by nothing", put("items", "HUKOU", "when", 'valid("none", marital)'), "items[HUKOU].when", "none"),
    ("group path", put("items", "HUKOU", "when", 'count("s_none") > 1'), "items[HUKOU].when", "s_none"),
    ("total path", put("items", "HUKOU", "when", 'total("s_child.none") > 1'), "items[HUKOU].when", "none"),
    ("points without a table", put("items", "HUKOU", "when", "points() > 1"), "items[HUKOU].when", "积分"),
    (
        "row value outside its row",
        put("items", "HUKOU", "when", 'child_name == "x"'),
        "items[HUKOU].when",
        "重复组 s_child",
    ),
    (
        "expression that is too long",
        put("items", "HUKOU", "when", "1 == 1 or " * 300 + "True"),
        "items[HUKOU].when",
        "",
    ),
    ("copies of no field", put("results", "R_HUKOU", "copies", "none"), "results[R_HUKOU].copies", "没有字段 none"),
    ("copies below nothing", put("results", "R_HUKOU", "copies", -1), "results[R_HUKOU].copies", "纸质本数"),
]
