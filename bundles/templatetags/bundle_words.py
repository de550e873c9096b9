"""Words of the file format as an administrator reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from bundles.changes import in_words
from bundles.lint.limits import words as duration_words
from bundles.spec import Duration

register = template.Library()

PAIRS = (
    "parallel=并联 mixed=混联 staged=分段 batch=批量 proactive=主动 instant=秒办 query=核查汇总 schedule=排程 "
    "linked=联动 city=全市通办 province=全省通办 national=全国通办 online=网厅 mobile=掌上 window=窗口 "
    "kiosk=自助终端 required=必办 optional=可选 conditional=按情形 runtime=按查询结果 auto=自动 assist=机器预检 "
    "manual=人工 verify=只核验 api-sync=同步接口 api-callback=回调接口 reject=不予 supplement=补正 wait=等待 "
    "skip=跳过 login=本人登录 authorise=须授权 guardian=监护人代 notice=只告知 none=无 applicant=申请人 "
    "co_applicant=共同申请人 third_party=第三人 subject=事项对象 agent=代办人 signer=签字人 operator=经办人 "
    "verifier=核验人 paper=纸质 electronic=电子 both=纸质或电子 mail=邮寄 pickup=窗口领取 licence=证照 "
    "document=文件 registration=登记 payment=资金 status=状态 report=报告 text=文字 longtext=长文字 "
    "id_number=证件号 uscc=信用代码 phone=电话 email=邮箱 date=日期 datetime=日期时间 address=地址 region=区划 "
    "enum=单选 multi=多选 bool=是否 integer=整数 number=数字 money=金额 bank_card=银行卡 "
    "plate=号牌 file=文件 group=重复组 list=列表 person=个人 org=单位 asset=客体"
)
WORDS: Mapping[str, str] = dict(pair.split("=") for pair in PAIRS.split())


@register.filter
def word(value: Any) -> str:
    """The Chinese word of a value of the format; a value without one stays as it is."""
    return WORDS.get(str(value), str(value))


@register.filter
def words(values: Any) -> str:
    return "、".join(word(value) for value in values)


@register.filter
def duration(value: Any) -> str:
    return duration_words(value) if isinstance(value, Duration) else "—"


@register.filter
def rule_text(rule: Any) -> str:
    """A check of a field: the name of a validator, or its keys in a line."""
    if isinstance(rule, Mapping):
        return "；".join(f"{key}: {in_words(value)}" for key, value in rule.items())
    return str(rule)
