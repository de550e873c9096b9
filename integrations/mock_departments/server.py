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


def make_app(options: Options) -> web.Application:
    """The whole process as one application; everything it knows is in the data folder and the library."""
    store, library = Store(options.data), Library(options.library)
    world = World(library, _anchor(store, options), options.seed)
    keyring = Keyring(options.master_secret, options.secrets_file)
    keyring.learn(json.loads(store.meta(KEYS) or "{}"))
    behaviours = Behaviours(store, options.seed)
    registers = Registers(library, world, store)
    licences = LicenceLibrary(library, world, registers, store)
    conditions = Conditions(store)
    outbox = Outbox(store, conditions)
    files = Files(store, outbox, conditions)
    results = ResultMaker(library, world, store)
    consequences = Consequences(world, store, registers, licences, results)
    casework = Casework(store, library, registers, licences, results, consequences, files)
    agenda = Agenda(store, casework, files, conditions)
    courier = Courier(store, outbox, keyring, conditions)
    sharing = Sharing(library, registers, licences, options.master_secret)
    reception = Reception(
        store,
        library,
        keyring,
        behaviours,
        conditions,
        casework,
        sharing,
        outbox,
        agenda.woken,
        enforce=options.enforce,
    )
    director = Director(store, library, behaviours, conditions, options.seed, agenda.woken)
    if options.scenario:
        director.begin(options.scenario.read_text("utf-8"))
    live = Live(store, library, world, behaviours, conditions, director)
    control = Control(store, library, world, registers, behaviours, conditions, keyring, outbox, director, agenda.woken)
    payments = PaymentChannel(store, keyring, outbox, conditions, enforce=options.enforce, address=options.public_url)
    pacing = Pacing(store, outbox, agenda.woken)

    async def loops(_app: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(part.run()) for part in (agenda, courier, director)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        store.close()

    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_routes(
        [
            *_plain_routes(),
            *control.routes(),
            web.get("/_control/live", local(live.stream)),
            *pacing.routes(local),
            *payments.routes(),
            web.route("*", "/departments/{dept}/{rest:.*}", reception.receive),
        ]
    )
    app.cleanup_ctx.append(loops)
    return app


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
