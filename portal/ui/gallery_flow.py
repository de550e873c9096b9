"""Pictures of 3, 7, 9, 15 and 21 items for the gallery, by the story of the sample data."""

from __future__ import annotations

from portal.ui.flow import FlowEdge, FlowNode, FlowPicture, draw

_NEWBORN = {
    "BIRTH_CERT": ("出生医学证明", "WJ", "卫健", ""),
    "VACCINE_BOOK": ("预防接种证", "JK", "疾控", "BIRTH_CERT"),
    "HUKOU": ("户口登记", "GA", "公安", "BIRTH_CERT"),
    "MATERNITY_PAY": ("生育待遇", "YB", "医保", "BIRTH_CERT"),
    "MI_JOIN": ("居民医保参保", "YB", "医保", "HUKOU"),
    "SBK": ("社会保障卡", "RS", "人社", "HUKOU"),
    "MI_PAY": ("医保缴费", "SW", "税务", "MI_JOIN"),
}
_HEADS = {
    1: ("先办", "出生证是起点"),
    2: ("出生证号一出", "3 件同时办"),
    3: ("有了身份证号", "2 件同时办"),
    4: ("参保以后", "缴费"),
}


def three_items() -> FlowPicture:
    """渣土运输: two checks, then a receipt."""
    nodes = [
        FlowNode("FILE", "运输备案", "CG", "城管", "done", "自动办好"),
        FlowNode("CHECK", "车辆核对", "JJ", "交警", "done", "自动办好"),
        FlowNode("SLIP", "备案回执", "CG", "城管", "doing", "生成中"),
    ]
    heads = {1: ("同时办", "2 件"), 2: ("都好了", "出回执")}
    return draw(nodes, [FlowEdge("FILE", "SLIP"), FlowEdge("CHECK", "SLIP")], heads=heads, label="三件事的事项图")


def newborn_case() -> FlowPicture:
    """Seven items of a running case; two wait for the applicant."""
    states = {
        "BIRTH_CERT": ("done", "办好 11-23"),
        "VACCINE_BOOK": ("done", "办好 11-23"),
        "HUKOU": ("you", "等您补 1 样"),
        "MATERNITY_PAY": ("you", "等您补 1 样"),
        "MI_PAY": ("wait", "等参保"),
    }
    nodes = [
        FlowNode(key, title, code, short, *states.get(key, ("wait", "等落户")))
        for key, (title, code, short, _) in _NEWBORN.items()
    ]
    edges = [FlowEdge(source, key) for key, (_, _, _, source) in _NEWBORN.items() if source]
    return draw(nodes, edges, heads=_HEADS, label="事项图：七件事现在的状态", updated="14:32 更新，有变化会自己刷新")


def newborn_plan() -> FlowPicture:
    """Nine items before filing; three depend on the person's situation."""
    maybe = {"MATERNITY_PAY", "MI_PAY"}
    nodes = [
        FlowNode(key, title, code, short, "maybe" if key in maybe else "plan", f"{short}，通常 1 天")
        for key, (title, code, short, _) in _NEWBORN.items()
    ]
    nodes += [
        FlowNode("MATERNITY_REG", "生育登记（补登）", "WJ", "卫健", "maybe", "卫健，没登记过才办"),
        FlowNode("CARE_REG", "科学育儿指导服务登记", "WJ", "卫健", "maybe", "卫健，当场登记"),
    ]
    edges = [FlowEdge(source, key) for key, (_, _, _, source) in _NEWBORN.items() if source]
    return draw(nodes, [*edges, FlowEdge("BIRTH_CERT", "CARE_REG")])


def long_plan() -> FlowPicture:
    """Fifteen items in seven waves: the map continues on a second line."""
    rows = [
        ("A1", "项目代码生成", "FG", "发改", ""), ("A2", "用地预审与选址", "ZG", "资规", "A1"),
        ("A3", "可研批复", "FG", "发改", "A1"), ("B1", "建设用地规划许可证", "ZG", "资规", "A2"),
        ("B2", "国有土地划拨决定书", "ZG", "资规", "A2 A3"), ("C1", "设计方案联合审定", "ZG", "资规", "B1"),
        ("C2", "人防建设条件", "RF", "人防", "B1"), ("D1", "建设工程规划许可证", "ZG", "资规", "C1 C2 B2"),
        ("E1", "施工图审查", "ZJ", "住建", "D1"), ("E2", "消防设计审查", "ZJ", "住建", "D1"),
        ("E3", "防雷装置设计审核", "QX", "气象", "D1"), ("F1", "建筑工程施工许可证", "ZJ", "住建", "E1 E2 E3 A3"),
        ("F2", "占用城市绿地审批", "CG", "城管", "D1"), ("G1", "供水报装", "GS", "供水", "F1"),
        ("G2", "供电报装", "GD", "供电", "F1"),
    ]  # fmt: skip
    nodes = [FlowNode(key, title, code, short, "plan", f"{short}，5 个工作日") for key, title, code, short, _ in rows]
    return draw(nodes, [FlowEdge(source, key) for key, *_, after in rows for source in after.split()])


def big_case() -> FlowPicture:
    """Twenty-one items: eighteen departments search at the same time."""
    searches = (
        "SC 市场监管 登记投资,SC 市场监管 股权商标,BDC 不动产 不动产,ZG 资规 土地规划,ZJ 住建 网签在建,JJ 交警 机动车,"
        "JT 交通 道路运输,HS 海事 船舶,SW 税务 欠税留抵,HG 海关 海关,RS 人社 社保,YB 医保 医保,GJJ 公积金 公积金,"
        "GA 公安 印章备案,GS 供水 用水,GD 供电 用电,RQ 燃气 用气,RH 人民银行 账户清单"
    )
    unlike = {
        "不动产": ("you", "要补正"),
        "船舶": ("doing", "办理中"),
        "海关": ("doing", "办理中"),
        "印章备案": ("bad", "超时"),
        "用水": ("you", "要补正"),
    }
    nodes = [FlowNode("VERIFY", "管理人核验", "FY", "法院", "done", "已回")]
    edges = []
    for number, search in enumerate(searches.split(","), start=1):
        code, short, title = search.split(" ")
        nodes.append(FlowNode(f"S{number}", title, code, short, *unlike.get(title, ("done", "已回"))))
        edges += [FlowEdge("VERIFY", f"S{number}", "核验结论"), FlowEdge(f"S{number}", "REPORT")]
    nodes += [
        FlowNode("BANK", "开户银行", "RH", "人民银行", "you", "要补正"),
        FlowNode("REPORT", "汇总报告", "SJ", "市数据局", "wait", "等回复"),
    ]
    return draw(nodes, [*edges, FlowEdge("S18", "BANK", "账户清单"), FlowEdge("BANK", "REPORT")])
