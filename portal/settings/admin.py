"""Theme of the administration (django-unfold), in the colours of the portal."""

UNFOLD = {
    "SITE_TITLE": "一件事 · 配置",
    "SITE_HEADER": "一件事",
    "SITE_SUBHEADER": "配置与发布",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "232 240 252",
            "100": "214 228 250",
            "200": "176 204 243",
            "300": "130 173 232",
            "400": "78 135 214",
            "500": "40 105 198",
            "600": "20 86 184",
            "700": "16 70 150",
            "800": "14 57 121",
            "900": "12 46 97",
            "950": "8 30 64",
        },
    },
}
