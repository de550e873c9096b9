"""Registers of what moves: trucks, drivers, muck sites, ships, berths, tides, pilots, tugs, weather."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..check_digits import steady
from ..clock import now, resolve_day
from .lookup import Look, Record, register


def owner_of(look: Look, plate: str) -> str | None:
    """Whose truck or car a plate is, if it is anybody's."""
    fleet = look.world.raw["fleet"]
    prefix, number = plate[:3], plate[3:]
    if prefix == fleet["plates"]["prefix"] and number.isdigit() and len(number) == 4:
        return fleet["owner"] if fleet["plates"]["first"] <= int(number) <= fleet["plates"]["last"] else None
    return fleet["others"].get(plate)


def _exception(look: Look, *names: str) -> dict[str, object]:
    special = look.world.raw["fleet"]["exceptions"].get(look.text("plate_no"), {})
    return {name: special[name] for name in names if name in special}


@register("VEHICLE_INFO", "plate_no")
def vehicle(look: Look) -> Record | None:
    plate = look.text("plate_no")
    owner = owner_of(look, plate)
    if owner is None:
        return None
    is_truck = owner == look.world.raw["fleet"]["owner"]
    return {
        "owner": owner,
        "vehicle_type": "重型自卸货车" if is_truck else "残疾人专用小型汽车",
        "load_kg": 15500 if is_truck else 400,
        "vin": f"LZZ{steady(plate, 10**13, 10**14 - 1)}",
        "inspect_to": resolve_day("+300d", look.world.anchor),
        "scrap_date": resolve_day("+8y", look.world.anchor),
        "violations": steady(plate, 0, 2),
        "status": "正常",
        **_exception(look, "owner", "inspect_to", "violations"),
    }


@register("ROAD_CERT_INFO", "plate_no")
def road_certificate(look: Look) -> Record | None:
    plate = look.text("plate_no")
    owner = owner_of(look, plate)
    if owner != look.world.raw["fleet"]["owner"]:
        return None
    return {
        "cert_no": f"3502{steady(plate, 10**7, 10**8 - 1)}",
        "company": owner,
        "status": "营运",
        "audit_to": resolve_day("+9m", look.world.anchor),
    }


@register("GPS_INFO", "plate_no")
def terminal(look: Look) -> Record | None:
    if owner_of(look, look.text("plate_no")) != look.world.raw["fleet"]["owner"]:
        return None
    return {"installed": True, "online_24h": True, "sealed_cover": True, **_exception(look, "online_24h")}


@register("DRIVER_INFO", "id_no")
def driver(look: Look) -> Record | None:
    person = look.person
    if person is None or person.birth_date.year > look.world.anchor.year - 18:
        return None
    return {
        "class": "B2",
        "valid_to": resolve_day("+4y", look.world.anchor),
        "score": steady(person.id_no, 0, 6),
        "qualif_valid_to": resolve_day("+3y", look.world.anchor),
        "status": "正常",
    }


@register("MUCK_SITE", "site_code|dump_code")
def muck_site(look: Look) -> Record | None:
    site = look.world.raw["muck_sites"].get(look.text("site_code"))
    dump = look.world.raw["muck_dumps"].get(look.text("dump_code"))
    if (look.text("site_code") and not site) or (look.text("dump_code") and not dump):
        return None
    return {
        "site_name": site,
        "dump_name": dump,
        "site_permit_to": resolve_day("+200d", look.world.anchor) if site else None,
        "site_left_m3": "86000" if site else None,
        "dump_left_m3": "240000" if dump else None,
        "route_ok": "会展南路—环岛东路—翔安大道" if site else None,
    }


@register("VESSEL_INFO", "imo_no")
def vessel(look: Look) -> Record | None:
    ship = look.world.vessels.get(look.text("imo_no"))
    return {**ship, "detained": False} if ship else None


@register("BERTH_INFO", "berth_code")
def berth(look: Look) -> Record | None:
    code = look.text("berth_code")
    return {
        "berth_name": f"{code} 号泊位",
        "length_m": "360",
        "depth_m": "17.5",
        "free": True,
        "next_free": _moment(look, "from_time", 0),
    }


@register("TIDE_INFO")
def tide(look: Look) -> Record | None:
    return {
        "tide_m": "3.2",
        "channel_depth_m": "15.5",
        "window_from": _moment(look, "at_time", -90),
        "window_to": _moment(look, "at_time", 150),
    }


@register("TUG_INFO")
def tugs(look: Look) -> Record | None:
    return {"free_count": 4, "max_hp": 6800}


@register("WEATHER_INFO")
def weather(look: Look) -> Record | None:
    return {"wind_level": 4, "visibility_m": 9000, "warning": "无", "warning_to": None}


@register("PILOT_DUTY")
def pilots(look: Look) -> Record | None:
    return {"free_count": 3, "max_level": "1", "next_free": _moment(look, "from_time", 0)}


def _moment(look: Look, name: str, minutes: int) -> str:
    """A moment some minutes from the one asked about; from now, where none was given."""
    try:
        asked = datetime.fromisoformat(look.text(name))
    except ValueError:
        asked = now()
    asked = asked if asked.tzinfo else asked.replace(tzinfo=now().tzinfo)
    return (asked + timedelta(minutes=minutes)).isoformat()
