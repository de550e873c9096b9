"""The looks in which every page is seen: size, theme, elder mode, language."""

from __future__ import annotations

from dataclasses import dataclass, field

PHONE, DESKTOP = (390, 844), (1440, 900)
TERMINAL = (1080, 1920)  # stands upright in the hall


@dataclass(frozen=True, slots=True)
class Mode:
    """One look. `cookies` are the person's choices, as the portal keeps them."""

    name: str
    size: tuple[int, int] = PHONE
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """As the html element must say it."""
        return {"en": "en", "zh-hant": "zh-Hant"}.get(self.cookies.get("django_language", ""), "zh-Hans")


MODES = {
    mode.name: mode
    for mode in (
        Mode("phone", cookies={"theme": "light"}),
        Mode("desktop", DESKTOP, {"theme": "light"}),
        Mode("dark", cookies={"theme": "dark"}),
        Mode("elder", cookies={"theme": "light", "elder": "1"}),
        Mode("elder-dark", cookies={"theme": "dark", "elder": "1"}),
        Mode("english", cookies={"theme": "light", "django_language": "en"}),
        Mode("traditional", cookies={"theme": "light", "django_language": "zh-hant"}),
    )
}
# Where the network is slowed down and weight, paint and shifts are measured: once a page is enough.
MEASURED_FULLY = "phone"
