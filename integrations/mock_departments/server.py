"""Puts the pretended departments together: record, city, casework, server and the two loops beside it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from aiohttp import web

from .agenda import Agenda
from .behaviours import Behaviours
from .callbacks import Courier, Outbox
from .casework import Casework
from .clock import fresh_anchor, now
from .conditions import Conditions
from .consequences import Consequences
from .control import KEYS, Control, local
from .director import Director
from .files import Files
from .library import Library
from .licences import LicenceLibrary
from .live import Live
from .messages import MessageGateway
from .pacing import Pacing
from .payments import PaymentChannel
from .people import World
from .reception import LARGEST_BODY, Reception
from .registers import Registers
from .results import ResultMaker
from .sharing import Sharing
from .signing import Keyring
from .store import Store

STATIC = Path(__file__).with_name("static")


@dataclass(frozen=True, slots=True)
class Options:
    """What the process is started with."""

    host: str
    port: int
    data: Path
    library: Path
    seed: int
    master_secret: str
    secrets_file: Path | None
    enforce: bool
    today: date | None
    scenario: Path | None = None  # a scenario file to begin with
    public_url: str = ""  # the address that payers reach the process under, where it is not the portal's


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything stands on: the record, the city, keys, and how departments are told to be."""

    store: Store
    library: Library
    world: World
    keyring: Keyring
    behaviours: Behaviours
    conditions: Conditions
    outbox: Outbox


@dataclass(frozen=True, slots=True)
class _Offices:
    """Those who work: registers, the licence library, casework and its agenda."""

    registers: Registers
    licences: LicenceLibrary
    casework: Casework
    agenda: Agenda


def make_app(options: Options) -> web.Application:
    """The whole process as one application; everything it knows is in the data folder and the library."""
    ground = _ground(options)
    offices = _offices(ground)
    courier = Courier(ground.store, ground.outbox, ground.keyring, ground.conditions)
    director = Director(
        ground.store, ground.library, ground.behaviours, ground.conditions, options.seed, offices.agenda.woken
    )
    if options.scenario:
        director.begin(options.scenario.read_text("utf-8"))

    async def loops(_app: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(part.run()) for part in (offices.agenda, courier, director)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        ground.store.close()

    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_routes([*_plain_routes(), *_driving_routes(ground, offices, director)])
    app.add_routes(_department_routes(ground, offices, options))
    app.cleanup_ctx.append(loops)
    return app


def _ground(options: Options) -> _Ground:
    store, library = Store(options.data), Library(options.library)
    keyring = Keyring(options.master_secret, options.secrets_file)
    keyring.learn(json.loads(store.meta(KEYS) or "{}"))
    conditions = Conditions(store)
    return _Ground(
        store=store,
        library=library,
        world=World(library, _anchor(store, options), options.seed),
        keyring=keyring,
        behaviours=Behaviours(store, options.seed),
        conditions=conditions,
        outbox=Outbox(store, conditions),
    )


def _offices(ground: _Ground) -> _Offices:
    store, library, world = ground.store, ground.library, ground.world
    registers = Registers(library, world, store)
    licences = LicenceLibrary(library, world, registers, store)
    results = ResultMaker(library, world, store)
    consequences = Consequences(world, store, registers, licences, results)
    files = Files(store, ground.outbox, ground.conditions)
    casework = Casework(store, library, registers, licences, results, consequences, files)
    return _Offices(registers, licences, casework, Agenda(store, casework, files, ground.conditions))


def _driving_routes(ground: _Ground, offices: _Offices, director: Director) -> list[web.RouteDef]:
    """Where people and tests say how departments shall behave, and see what they do."""
    store, woken = ground.store, offices.agenda.woken
    live = Live(store, ground.library, ground.world, ground.behaviours, ground.conditions, director)
    control = Control(
        store,
        ground.library,
        ground.world,
        offices.registers,
        ground.behaviours,
        ground.conditions,
        ground.keyring,
        ground.outbox,
        director,
        woken,
    )
    pacing = Pacing(store, ground.outbox, woken)
    return [*control.routes(), web.get("/_control/live", local(live.stream)), *pacing.routes(local)]


def _department_routes(ground: _Ground, offices: _Offices, options: Options) -> list[web.RouteDef]:
    """Where the portal speaks to departments, registers, the licence library, the payment channel and the gateway."""
    sharing = Sharing(ground.library, offices.registers, offices.licences, options.master_secret)
    reception = Reception(
        ground.store,
        ground.library,
        ground.keyring,
        ground.behaviours,
        ground.conditions,
        offices.casework,
        sharing,
        ground.outbox,
        offices.agenda.woken,
        enforce=options.enforce,
    )
    payments = PaymentChannel(
        ground.store,
        ground.keyring,
        ground.outbox,
        ground.conditions,
        enforce=options.enforce,
        address=options.public_url,
    )
    messages = MessageGateway(ground.store, ground.keyring, ground.conditions, enforce=options.enforce)
    routes = [*payments.routes(), *messages.routes(local)]
    return [*routes, web.route("*", "/departments/{dept}/{rest:.*}", reception.receive)]


def _plain_routes() -> list[web.AbstractRouteDef]:
    return [web.get("/healthz", healthz), web.get("/", page), web.static("/static", STATIC)]


async def healthz(_request: web.Request) -> web.Response:
    """The process is up."""
    return web.json_response({"status": "ok"})


async def page(_request: web.Request) -> web.FileResponse:
    """The page that shows the departments and drives them."""
    return web.FileResponse(STATIC / "page.html", headers={"Content-Security-Policy": "default-src 'self'"})


def _anchor(store: Store, options: Options) -> date:
    """The day the demo world hangs on: the given one, the remembered one while it is fresh, else today."""
    anchor = options.today or fresh_anchor(store.meta("anchor"), now().date())
    store.remember("anchor", anchor.isoformat())
    return anchor
