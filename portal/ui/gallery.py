"""Sample values for the gallery of components; people and numbers of the sample data."""

from __future__ import annotations

from typing import Any

from portal.ui.fields import Choice, FieldView, Receiver
from portal.ui.flow import FlowEdge, FlowNode, FlowPicture, draw
from portal.ui.gallery_flow import big_case, long_plan, newborn_case, newborn_plan, three_items

WJ, GA, JK, YB, RS, SW = (
    Receiver("WJ", "卫健"),
    Receiver("GA", "公安"),
    Receiver("JK", "疾控"),
    Receiver("YB", "医保"),
    Receiver("RS", "人社"),
    Receiver("SW", "税务"),
)


def samples() -> dict[str, Any]:
    """Everything the gallery template shows, by section."""
    return {
        "swatches": _swatches(),
        "states": ["done", "doing", "retry", "you", "wait", "party", "paused", "bad", "gone", "todo"],
        "departments": [WJ, JK, GA, YB, RS, SW, Receiver("SC", "市场监管"), Receiver("ZG", "资规")],
        "pictures": _pictures(),
        "fields": _fields(),
        "choices": _choices(),
        "errors": [
            {"href": "#f-ethnic", "text": "宝宝 1 的民族要和爸爸或妈妈一样，请改选汉族"},
            {"href": "#f-b2_name", "text": "还没有填宝宝 2 的姓名；没想好可以先空着，选“名字以后再定”"},
        ],
        **_case(),
        **_filing(),
        **_desk(),
    }


def _swatches() -> list[dict[str, str]]:
    plain = "ink 正文,muted 次要,line 卡片边,wash 页底,accent 唯一强调色,accent-wash 选中,success 办好,warning 等您,danger 出错"
    hues = "wj 卫健,jk 疾控,ga 公安,yb 医保,rs 人社,sw 税务,sc 市场监管,zg 资规"
    shown = [word.split(" ") for word in plain.split(",")]
    colours = [{"name": name, "use": use, "css": "", "fill": f"b-{name}"} for name, use in shown]
    families = [word.split(" ") for word in hues.split(",")]
    return colours + [{"name": name, "use": use, "css": f"d-{name}", "fill": "b-d"} for name, use in families]


def _pictures() -> list[dict[str, Any]]:
    return [
        {"title": "事项图的状态", "note": "图标、文字、边框一起变，不只靠颜色", "picture": _every_state()},
        {"title": "只有三件事时", "note": "列少就靠左，不拉伸", "picture": three_items()},
        {"title": "七件事，办理中", "note": "", "picture": newborn_case()},
        {"title": "九件事，还没填", "note": "虚线框按情况才办", "picture": newborn_plan()},
        {"title": "十五件事，七步", "note": "一行放不下就接下一行", "picture": long_plan()},
        {"title": "二十一件事，十八件同时查", "note": "超过八件并排就收成一框", "picture": big_case()},
    ]


def _every_state() -> FlowPicture:
    rows = [
        ("done", "办好了", "WJ", "卫健", "办好 11-23", 1),
        ("gone", "已撤回", "CG", "城管", "11-24 撤回", 1),
        ("doing", "办理中", "GA", "公安", "已受理", 2),
        ("retry", "联系不上", "YB", "医保", "在重试", 2),
        ("you", "等您", "GA", "公安", "等您补 1 样", 3),
        ("wait", "排队", "RS", "人社", "等落户", 3),
        ("bad", "不予", "YB", "医保", "不予，看原因", 4),
        ("paused", "停表", "SW", "税务", "在公示", 4),
    ]
    nodes = [FlowNode(state, title, code, short, state, note, wave) for state, title, code, short, note, wave in rows]
    heads = {1: ("完", "办好、撤回"), 2: ("在办", "部门在看"), 3: ("等", "等人、等前一件"), 4: ("没成", "不予、停表")}
    edges = [FlowEdge("done", "doing"), FlowEdge("doing", "you"), FlowEdge("you", "bad")]
    return draw(nodes, edges, heads=heads, label="事项图状态示例")


def _fields() -> list[FieldView]:
    hospital = "医院分娩记录，今天 21:06 取来"
    return [
        FieldView("birth_time", "出生时间", "datetime", shown="2026年10月30日 03:42", locked=True, source=hospital,
                  wrong_href="#main", receivers=(WJ, GA, JK, YB)),
        FieldView("weeks", "出生孕周", "integer", "39", unit="周", source=hospital, receivers=(WJ, YB)),
        FieldView("surname", "跟谁姓", "enum", receivers=(WJ, GA),
                  choices=(Choice("f", "爸爸", chosen=True), Choice("m", "妈妈"), Choice("o", "其他"))),
        FieldView("child_name", "姓名", "text", "陈一诺", hint="规范汉字，不超过 6 个字。", receivers=(WJ, JK, GA, YB, RS)),
        FieldView("ethnic", "民族", "enum", choices=tuple(Choice(n, n) for n in "汉族 回族 满族 蒙古族 藏族 壮族 苗族 畲族".split()),
                  error="要和爸爸或妈妈一样。爸爸妈妈都是汉族，请选汉族。", receivers=(GA,)),
        FieldView("b2_name", "姓名", "text", error="还没有填。名字没想好，就选“名字以后再定”，其他事先办。"),
        FieldView("id_no", "身份证号", "id_number", "350203199403186286", source="电子身份证，今天 21:06 取来"),
        FieldView("phone", "手机号", "phone", "13800000001"),
        FieldView("email", "电子邮箱", "email", required=False),
        FieldView("leave_from", "产假开始", "date", "2026-10-30"),
        FieldView("visit_at", "约的时间", "datetime", "2026-11-27T09:30"),
        FieldView("address", "现住址", "address", "思明区示例路 8 号 302 室", hint="结果寄到这里。"),
        FieldView("story", "情况说明", "longtext", required=False),
        FieldView("income", "上月工资", "money", "8,600.00", unit="元"),
        FieldView("area", "建筑面积", "number", "89.60", unit="平方米"),
        FieldView("account", "收款账号", "bank_card", "6299990000000010003", receivers=(YB,)),
        FieldView("plate", "车牌号", "plate", "闽DA0001"),
        FieldView("uscc", "统一社会信用代码", "uscc", "91350200MA9XA0016D"),
        FieldView("region", "户口所在地", "region", choices=tuple(Choice(c, n) for c, n in (
            ("350203", "思明区"), ("350205", "海沧区"), ("350206", "湖里区"), ("350211", "集美区"),
            ("350212", "同安区"), ("350213", "翔安区"), ("350221", "示例县"), ("350222", "示例新区")))),
        FieldView("married", "父母已婚", "bool", choices=(Choice("true", "是", chosen=True), Choice("false", "否"))),
        FieldView("papers", "想要的纸质件", "multi", choices=(
            Choice("cert", "出生医学证明", chosen=True), Choice("card", "社会保障卡", "制卡要 5 个工作日"))),
        FieldView("scan", "户口簿照片", "file"),
    ]  # fmt: skip


def _choices() -> list[Choice]:
    return [
        Choice("employee", "职工医保（生育保险）", "单位缴，工资单上有“医疗保险”", "多办 1 件", chosen=True),
        Choice("resident", "城乡居民医保", "自己或家里按年缴", "多办 1 件"),
        Choice("other", "外地参保或没参保"),
    ]


def _case() -> dict[str, Any]:
    return {
        "trail": [{"title": "首页", "href": "/"}, {"title": "我的办件", "href": "/"}, {"title": "新生儿出生一件事"}],
        "answers": [
            {"question": "办到哪了", "icon": "map", "big": "7 件办好 2 件", "text": "2 件等您补，3 件排在后面。",
             "pips": ["done", "done", "you", "you", "wait", "wait", "wait"]},
            {"question": "现在要您做什么", "icon": "you", "tone": "you", "big": "补 2 样，约 3 分钟",
             "text": "户口簿户主页的照片、收款账号。", "action_title": "现在补", "action_href": "#notice"},
            {"question": "什么时候办齐", "icon": "calendar", "big": "12月1日（周二）前", "text": "今天补好就是这天。",
             "more_title": "为什么是这天", "more_href": "#why"},
        ],
        "points": [
            {"title": "户口簿户主页，重拍一张", "text": "照片反光，户主姓名看不清。平放、关闪光灯、四个角拍全。", "dept_code": "GA",
             "dept_short": "公安", "asked": "11月24日 16:20 提出，用于户口登记", "href": "#main", "action": "去拍", "icon": "camera"},
            {"title": "换一个妈妈本人的收款账号", "text": "尾号 0003 的卡状态异常，银行退回了核验。", "dept_code": "YB",
             "dept_short": "医保", "asked": "11月24日 17:05 提出，用于生育待遇", "done": True},
        ],
        "events": [
            {"when": "昨天 16:20", "state": "you", "dept_code": "GA", "dept_short": "公安", "text": "户主页反光看不清，请您重拍。"},
            {"when": "11月23日 10:41", "state": "done", "dept_code": "JK", "dept_short": "疾控", "text": "接种证办好了。用时 20 秒。"},
            {"when": "11月23日 09:02", "state": "doing", "text": "受理了，从明天起算 5 个工作日。"},
            {"when": "接下来", "next": True, "text": "您补好后，公安 2 个工作日内落户。"},
        ],
        "days": [
            {"name": "11月23日 周一", "value": "受理，当天不算"}, {"name": "11月24日 周二", "value": "第 1 个工作日"},
            {"name": "12月1日 周二", "value": "第 5 个，办齐", "strong": True},
        ],
        "certs": [
            {"title": "出生医学证明", "dept_code": "WJ", "dept_short": "卫健", "when": "11月23日", "text": "电子版同等效力。",
             "facts": [{"name": "姓名", "value": "陈一诺"}, {"name": "编号", "value": "R350000001"}],
             "acts": [{"title": "下载", "href": "#main", "icon": "download"}, {"title": "验真", "href": "#main", "icon": "scan"}]},
            {"title": "社会保障卡", "dept_code": "RS", "dept_short": "人社", "when": "11月30日", "text": "实体卡 12月4日前寄到。",
             "facts": [{"name": "姓名", "value": "陈一诺"}], "acts": [{"title": "物流", "href": "#main", "icon": "truck"}]},
        ],
        "refused": {"title": "生育待遇，不予核准", "why": "分娩当月连续参保 4 个月，规定是满 6 个月。",
                    "basis": "本市生育保险办法，医保局 11月26日决定",
                    "options": "说明有漏缴记录，请医保复核；60 日内申请行政复议，或 6 个月内提起诉讼。",
                    "acts": [{"title": "请医保复核", "href": "#main"}, {"title": "看决定书", "href": "#main", "quiet": True}],
                    "rest": "其他 6 件不受影响。"},
    }  # fmt: skip


def _filing() -> dict[str, Any]:
    return {
        "tasks": [
            {"title": "妈妈", "href": "#main", "text": "7 项，都从身份证和户籍库取来", "state": "done", "word": "填好了"},
            {"title": "宝宝", "href": "#main", "text": "11 项，医院记录已填 5 项", "state": "you", "word": "2 处要改"},
            {"title": "生育待遇", "href": "#main", "text": "分娩方式、产假、收款账号", "state": "todo", "word": "", "number": 6},
            {"title": "爸爸授权", "href": "#main", "text": "短信已发到 138****0002", "state": "party", "word": "等陈屿确认",
             "icon": "users"},
        ],
        "opts": [{"name": "when-MATERNITY_PAY", "title": "生育待遇", "text": "打到妈妈的银行卡", "dept_code": "YB", "dept_short": "医保"}],
        "slots": [
            {"id": "m1", "title": "入户方户口簿", "state": "doing", "tag": "3 页，传好 2 页", "text": "首页、户主页、妈妈那一页。",
             "depts": [GA, YB], "pages": [{"title": "首页"}, {"title": "户主页", "bad": True}, {"title": "妈妈页", "missing": True}],
             "error": "户主页太暗，名字看不清。在亮处再拍一张。", "error_href": "#main", "error_action": "重拍",
             "upload": {"file": "IMG_2041.jpg，妈妈页", "percent": 62, "left": "62%，还要 4 秒"}},
            {"id": "m2", "title": "父母身份证", "icon": "card", "state": "done", "tag": "免提交", "tag_icon": "shield",
             "text": "妈妈：电子身份证，有效期到 2034年5月", "acts": [{"title": "看调取了什么", "href": "#main", "icon": "eye"}]},
            {"id": "m3", "title": "出院小结", "icon": "doing", "state": "you", "tag": "容缺：12月7日前补", "tag_icon": "calendar",
             "text": "可以先受理，不耽误其他 6 件。", "acts": [{"title": "现在交", "href": "#main"}]},
            {"id": "m4", "title": "结婚证", "icon": "sign", "state": "done", "tag": "承诺代替", "tag_icon": "check",
             "text": "您已签告知承诺，不再要证明。", "commitment": "本人承诺：与陈屿于 2017 年登记结婚，婚姻关系存续。"},
        ],
        "party": {"name": "陈屿", "role": "爸爸", "phone": "138****0002", "state": "party", "word": "等他确认",
                  "story": [{"when": "今天 21:31", "state": "done", "text": "短信发出，送达了"},
                            {"when": "他同意后", "next": True, "text": "自动提交，并发短信告诉您"}],
                  "acts": [{"title": "再发一次", "name": "do", "value": "resend", "icon": "send"},
                           {"title": "撤回请求", "kind": "quiet", "name": "do", "value": "withdraw"}],
                  "note": "今天还能发 2 次，每次隔 10 分钟。"},
        "bundle": {"title": "新生儿出生一件事", "href": "#main", "icon": "baby", "dept_code": "WJ", "depts": [WJ, JK, GA, YB, SW, RS],
                   "promise": ["一次填报", "7 件事", "5 个工作日"], "text": "出生证、落户、医保、社保卡，一次办齐。", "foot": "6 个部门"},
    }  # fmt: skip


def _desk() -> dict[str, Any]:
    columns = [{"title": "办件"}, {"title": "要做什么"}, {"title": "进度"}, {"title": "时钟"}, {"title": "渠道", "end": True}]
    first = {"title": "企业破产信息核查", "number": "350200-QYPC-20261118-000003-Z", "todo": "合成 3 个部门的补正；催公安",
             "pips": ["done", "done", "doing", "you", "wait"], "used": 48, "clock": "超时 1 日", "state": "bad", "channel": "网上"}  # fmt: skip
    second = {**first, "title": "开办餐饮店", "number": "350203-CYKB-20261124-000021-B", "todo": "受理：材料齐，约现场核查",
              "used": 24, "clock": "剩 2 日", "state": "done"}  # fmt: skip
    third = {**first, "title": "新生儿出生", "number": "350200-XSECS-20261121-000001-J", "todo": "等补 2 样，已提醒 1 次",
             "paused": True, "clock": "停表 1 日", "state": "wait", "channel": "掌上"}  # fmt: skip
    return {
        "columns": columns,
        "groups": [
            {"title": "先办", "note": "1 件，今天 17:30 前", "rows": [first]},
            {"title": "停表，等别人", "note": "2 件", "rows": [second, third]},
        ],
        "filters": [
            {"title": "全部", "count": 23, "href": "#main", "on": True},
            {"title": "要受理", "count": 6, "href": "#main"},
            {"title": "要催", "count": 3, "href": "#main"},
        ],
        "keys": [
            {"keys": ["j", "k"], "word": "上下"},
            {"keys": ["e"], "word": "打开"},
            {"keys": ["?"], "word": "全部快捷键"},
        ],
    }
