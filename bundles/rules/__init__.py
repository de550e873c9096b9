"""The rule language of the definitions (../library): a small, closed subset of Python's expressions.

Three truth values, exact numbers, the dates of Asia/Shanghai. No eval, no Django; hostile texts are refused or
end as UNKNOWN within 50 ms.
"""

from bundles.rules.check import Names, Problem, check
from bundles.rules.errors import RuleError, ValidatorError
from bundles.rules.evaluate import evaluate, judge
from bundles.rules.parse import Call, Expression, parse
from bundles.rules.patterns import compile_pattern, fits
from bundles.rules.scope import Reading, Scope, VariableScope, unanswered
from bundles.rules.silence import judge_to_refuse
from bundles.rules.validators import check_validator, check_value
from bundles.rules.values import UNKNOWN, Truth, Unknown, truth

__all__ = [
    "UNKNOWN",
    "Call",
    "Expression",
    "Names",
    "Problem",
    "Reading",
    "RuleError",
    "Scope",
    "Truth",
    "Unknown",
    "ValidatorError",
    "VariableScope",
    "check",
    "check_validator",
    "check_value",
    "compile_pattern",
    "evaluate",
    "fits",
    "judge",
    "judge_to_refuse",
    "parse",
    "truth",
    "unanswered",
]
