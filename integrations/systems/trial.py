"""A look at the connection to a department: one signed question about a key that nobody ever used, told in plain words.

By the contract the answer is 404. Everything else says what is wrong: the address, the network, the certificate, the
key, the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from uuid import uuid4

from integrations.http import Call, Failure, Reply, System, call_all, contact_of
from integrations.http.signing import CLOCK_SKEW_S

BUDGET_S = 6.0
WARN_SKEW_S = 60

FAILURES = {
    "no_key": "没有有效的密钥（未发放、已过期、已作废，或密钥绑定的是别的地址）。",
    "address": "这个地址不允许连接：主机不在允许之列，或解析到内网、本机等不许访问的网段。",
    "tls": "证书不对：证书过期、不是发给这个主机的，或签发机构不受信任。",
    "queue": "本机到该部门的并行名额已用满，请稍后再试。",
    "deadline": "已连上，但在时限内没有回音。",
    "too_large": "对方的回答超过 1 MiB。",
    "encoding": "对方压缩了回答，规范不允许。",
}
STATUSES = {
    401: "对方不认签名：核对密钥、签名算法、对方时钟（前后 300 秒）和路径。",
    403: "对方拒绝访问：可能限制了来源地址。",
    405: "对方不支持按键查询：请把“可按键查询”关掉。",
    429: "对方说太忙。",
    503: "对方说暂停服务。",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """What the look showed. `skew_s`: how far the other side's clock is ahead of ours; None where it did not say."""

    is_good: bool
    sentence: str
    elapsed_ms: int
    status: int | None = None
    tls: str = ""
    skew_s: int | None = None
    hints: tuple[str, ...] = ()


def try_connection(system: System) -> Trial:
    """Ask the system about a key that does not exist. Waits some seconds at most; never inside a transaction."""
    call = Call(system=system, method="GET", path=f"/applications/{uuid4()}", route="applications.trial")
    (ended,) = call_all([call], budget_s=BUDGET_S)
    if isinstance(ended, Failure):
        unreachable = "连不上：主机名解析不了、端口没有开、网络不通，或连接中途被切断。"
        return Trial(False, FAILURES.get(ended.kind, unreachable), ended.elapsed_ms)
    skew_s = _skew_s(ended)
    return Trial(
        is_good=ended.status == 404 and not (skew_s is not None and abs(skew_s) > CLOCK_SKEW_S),
        sentence=_sentence(ended),
        elapsed_ms=ended.elapsed_ms,
        status=ended.status,
        tls=ended.tls,
        skew_s=skew_s,
        hints=tuple(_hints(ended, skew_s)),
    )


def _sentence(reply: Reply) -> str:
    if reply.status == 404:
        return "正常：签名对得上，对方按规范回答“没有这个键”（404）。"
    if 300 <= reply.status < 400:
        return "对方要求转到别处；规范不跟随转向，请填最终地址。"
    if reply.status < 300:
        return "对方对一个不存在的键回答“有”：它没有按键查询，或把别的页面放在了这个地址。"
    known = STATUSES.get(reply.status)
    gone = contact_of(reply) != "alive"
    return known or f"对方{'出错' if gone else '拒绝'}：HTTP {reply.status}。"


def _hints(reply: Reply, skew_s: int | None) -> list[str]:
    hints = []
    if not reply.tls:
        hints.append("没有加密（http）：只应在政务专网内使用。")
    if skew_s is None:
        hints.append("对方没有报时（Date），无法比较时钟。")
    elif abs(skew_s) > CLOCK_SKEW_S:
        hints.append(f"对方时钟{'快' if skew_s > 0 else '慢'} {abs(skew_s)} 秒，超过 300 秒，双方签名都会失效。")
    elif abs(skew_s) > WARN_SKEW_S:
        hints.append(f"对方时钟{'快' if skew_s > 0 else '慢'} {abs(skew_s)} 秒，请校时。")
    if reply.status == 404 and reply.media_type != "application/json":
        hints.append("404 的正文不是 JSON：可能是网关答的，请确认路径。")
    return hints


def _skew_s(reply: Reply) -> int | None:
    try:
        moment = parsedate_to_datetime(reply.date)
    except (ValueError, TypeError):
        return None
    theirs = moment.replace(tzinfo=moment.tzinfo or UTC)
    return round((theirs - datetime.now(UTC)).total_seconds())
