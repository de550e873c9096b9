"""Which values the format allows where, and which rare keys it knows. Meaning: docs/bundle-format.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bundles.spec import (
    Agent,
    BundleSpec,
    Decision,
    Dependency,
    Duration,
    Eligibility,
    Fee,
    Field,
    Item,
    Material,
    Party,
    Question,
    Result,
    Rule,
    Section,
)
from bundles.spec.form import FIELD_TYPES
from bundles.spec.items import UNITS

SOURCES = frozenset({"page", "seed", "known"})
MATTER_TYPES = frozenset("行政许可 行政确认 行政给付 行政奖励 行政裁决 行政征收 其他行政权力 公共服务 公用服务".split())
MODES = frozenset("parallel mixed staged batch proactive instant query schedule linked".split())
CHANNELS = frozenset("online mobile window kiosk proactive".split())
FEE_TIMES = frozenset("before_submit before_accept before_decision before_delivery after".split())
RULE_KEYS = frozenset({"min", "max", "len", "regex", "expr", "msg", "step", "kinds", "max_mb"})

ALLOWED: Mapping[tuple[type, str], frozenset[Any]] = {
    (BundleSpec, "class"): frozenset({"个人", "企业"}),
    (BundleSpec, "mode"): MODES,
    (BundleSpec, "channels"): CHANNELS,
    (BundleSpec, "reach"): frozenset({"city", "province", "national"}),
    (Agent, "channels"): CHANNELS,
    (Agent, "acts"): frozenset({"fill", "submit", "pay", "receive", "withdraw"}),
    (Party, "consent"): frozenset({"login", "authorise", "guardian", "notice", "none"}),
    (Question, "kind"): frozenset({"single", "multi"}),
    (Item, "type"): MATTER_TYPES,
    (Item, "select"): frozenset({"required", "optional", "conditional", "runtime"}),
    (Item, "connect"): frozenset({"api-sync", "api-callback", "manual"}),
    (Decision, "kind"): frozenset({"auto", "assist", "manual", "verify"}),
    (Rule, "fail"): frozenset({"manual", "reject", "supplement", "wait", "skip"}),
    (Rule, "scope"): frozenset({"row"}),
    (Fee, "kind"): frozenset({"none", "fixed", "formula", "table", "passthrough"}),
    (Fee, "when"): FEE_TIMES,
    (Fee, "src"): SOURCES,
    (Dependency, "need"): frozenset({"approved", "finished", "accepted"}),
    (Dependency, "if_rejected"): frozenset({"cancel", "continue", "ask"}),
    (Duration, "unit"): frozenset(UNITS),
    (Duration, "src"): SOURCES,
    (Eligibility, "src"): SOURCES,
    (Field, "type"): frozenset(FIELD_TYPES),
    (Material, "form"): frozenset({"paper", "electronic", "both"}),
    (Result, "delivery"): frozenset({"electronic", "mail", "pickup", "kiosk", "none"}),
    (Result, "kind"): frozenset({"licence", "document", "registration", "payment", "status", "report", "schedule"}),
}

PATTERNS: Mapping[tuple[type, str], re.Pattern[str]] = {
    (BundleSpec, "code"): re.compile(r"[A-Z][A-Z0-9]{1,15}"),
    (Item, "id"): re.compile(r"[A-Z][A-Z0-9_]{0,39}"),
    (Material, "id"): re.compile(r"M_[A-Z0-9_]{1,38}"),
    (Result, "id"): re.compile(r"R_[A-Z0-9_]{1,38}"),
    (Section, "id"): re.compile(r"s_[a-z0-9_]{1,38}"),
    (Field, "id"): re.compile(r"[a-z][a-z0-9_]{0,39}"),
    (Question, "id"): re.compile(r"[a-z][a-z0-9_]{0,39}"),
}

# Keys the format demands although a reader could do without them.
DEMANDED: Mapping[type, tuple[str, ...]] = {
    BundleSpec: ("basis", "applicants", "before_after", "sources"),
}

# Documented keys of single modes that stay in `extra`.
RARE: Mapping[type, frozenset[str]] = {
    BundleSpec: frozenset(
        "schedule points allocation proactive recurring variables dedupe examples tables target batch confirmation "
        "match instant unique replan change reply merge privacy joint_visit notices data form_note one_notice "
        "joint_withdrawal faq".split()
    ),
    Eligibility: frozenset({"states"}),
}
