"""What is said before a draft is begun: whom the bundle is for, what will be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bundles import queries
from bundles.rules import parse
from bundles.spec import BundleSpec
from portal.citizen.language import said
from portal.citizen.shown.departments import short_of
from portal.citizen.situation_answers import kept


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A licence or register that the bundle reads."""

    title: str
    dept_code: str
    dept_short: str
    sensitive: str = ""


def fits(spec: BundleSpec, kind: str) -> bool:
    """Whether a person or a company may apply for this at all."""
    kinds = {applicant.kind for applicant in spec.applicants}
    return not kinds or kind in kinds


def may_go_straight(request: HttpRequest, spec: BundleSpec) -> bool:
    """Whether one may begin at once: registers answer some of the questions of somebody signed in whom it is for.

    Who has answered questions before signing in goes on from those answers.
    """
    if not request.user.is_authenticated or not hasattr(request.user, "identity"):
        return False
    is_suggested = any(question.suggest for question in spec.guidance)
    return is_suggested and fits(spec, request.user.identity.kind) and not kept(request, spec.code)


def sources(spec: BundleSpec) -> Sequence[LookedUp]:
    """The licences and registers that fill in the form, suggest an answer or spare a paper, each once."""
    registry = queries.registry()
    codes = [code for _s, _g, field in spec.walk_fields() for code in map(_code_of, field.prefills)]
    codes += [_code_of(path) for question in spec.guidance for text in question.suggesting for path in _asked(text)]
    codes += [code for material in spec.materials for code in material.exempt_by]
    known = [registry.licences.get(code) or registry.interfaces.get(code) for code in dict.fromkeys(codes)]
    return [LookedUp(said(one), one.dept, short_of(one.dept), one.sensitive) for one in known if one is not None]


def kind_of(sensitive: str) -> str:
    """The kind of sensitive personal information in words. 个人信息保护法 第二十八条."""
    words = {
        "health": _("医疗健康"),
        "finance": _("金融账户"),
        "identity": _("特定身份"),
        "biometric": _("生物识别"),
        "track": _("行踪轨迹"),
        "minor": _("不满十四周岁未成年人"),
    }
    return words.get(sensitive, _("敏感"))


def apart(found: Sequence[LookedUp]) -> list[tuple[LookedUp, str]]:
    """Those that are agreed to apart, each with its kind in words."""
    return [(one, kind_of(one.sensitive)) for one in found if one.sensitive]


def _asked(text: str) -> Sequence[str]:
    """The paths that an expression asks registers for."""
    return [str(call.args[0]) for call in parse(text).calls if call.function == "fact" and call.args]


def _code_of(path: str) -> str:
    """BIRTH_INFO of "api:BIRTH_INFO@child.used"; nothing for other sources."""
    kind, _, rest = path.partition(":")
    return rest.partition("@")[0] if kind in ("api", "licence") else ""
