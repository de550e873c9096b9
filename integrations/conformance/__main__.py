"""`python -m integrations.conformance URL --dept CODE --key-id ID --secret-file FILE`: is the contract kept?

Exit code 0: every sentence that was checked is kept; 1: one is broken; 2: the kit could not be run as asked.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .line import Line
from .listener import Listener
from .portal import Portal, Sample
from .report import Verdict, closing, document, line_of
from .run import chosen, run
from .signing import ALGORITHMS, Key

LEAST_SECRET = 32


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the kit and print its report; the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # wherever it runs, whatever its locale
        sys.stdout.reconfigure(encoding="utf-8")
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        if given.key_file:
            _take_key_file(given)
        portal = portal_of(given)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if not chosen(given.only):
        parser.error(f"no check is called {' '.join(given.only)}")
    verdicts = _run(portal, given)
    print(closing(verdicts, given.lang))
    if given.json:
        Path(given.json).write_text(document(verdicts, url=given.url, dept=given.dept), "utf-8")
    return int(any(one.outcome == "fail" for one in verdicts))


def _run(portal: Portal, given: argparse.Namespace) -> list[Verdict]:
    if portal.listener is not None:
        portal.listener.open()
    try:
        verdicts = []
        for verdict in run(portal, given.only):
            print(line_of(verdict, given.lang), flush=True)
            verdicts.append(verdict)
        return verdicts
    finally:
        if portal.listener is not None:
            portal.listener.close()


def portal_of(given: argparse.Namespace) -> Portal:
    """The kit as the command line wants it. Raises OSError or ValueError with a sentence."""
    if not given.dept or not given.key_id:
        raise ValueError("whose department is it? give --key-file, or --dept and --key-id")
    listener = None
    if given.callbacks is not None:
        listener = Listener(given.callback_host, given.callbacks, given.dept, given.callback_url)
    return Portal(
        line=Line(given.url, ca_file=given.ca_file),
        dept=given.dept,
        key=_key(given.key_id, given.secret or _secret(given.secret_file, given.secret_env), given.algorithm),
        sample=_sample(given),
        wait_s=given.wait,
        listener=listener,
        can_be_asked=not given.no_query,
        second_key=_second_key(given),
        interface=_named(given.interface, "code", "inputs"),
        licence=_named(given.licence, "code", "holder"),
    )


def _take_key_file(given: argparse.Namespace) -> None:
    """Fill in what the file of an issued key says: a line for each of department, key_id, secret, algorithm."""
    lines = Path(given.key_file).read_text("utf-8").splitlines()
    said = dict(line.split("=", 1) for line in lines if "=" in line)
    given.dept, given.key_id = given.dept or said.get("department", ""), said.get("key_id", "")
    given.secret, given.algorithm = said.get("secret", "").encode(), said.get("algorithm") or given.algorithm


def _secret(file: str, env: str) -> bytes:
    return Path(file).read_bytes().strip() if file else os.environ.get(env, "").encode()


def _key(key_id: str, secret: bytes, algorithm: str) -> Key:
    if not secret:
        raise ValueError("no secret: give --key-file, --secret-file or --secret-env")
    if len(secret) < LEAST_SECRET:
        raise ValueError(f"a secret has at least {LEAST_SECRET} characters")
    if ALGORITHMS.get(algorithm, "") not in hashlib.algorithms_available:
        raise ValueError(f"{algorithm}: this Python's OpenSSL does not know it")
    return Key(key_id, secret, algorithm)


def _second_key(given: argparse.Namespace) -> Key | None:
    if not given.second_key_id:
        return None
    secret = _secret(given.second_secret_file, given.second_secret_env)
    return _key(given.second_key_id, secret, given.algorithm)


def _sample(given: argparse.Namespace) -> Sample:
    template = _document(given.filing) if given.filing else {}
    bundle, _, item = given.item.rpartition(".")
    if item:
        matter = given.matter or template.get("item", {}).get("matter", "")
        template = template | {"item": {"id": item, "matter": matter, "code": "", "instance": None}}
        template |= {"bundle": {"code": bundle or "KIT", "version": 1}}
    rare = [_document(text) if text else None for text in (given.procedure, given.corrected, given.revoked)]
    return Sample(template, _document(given.fields), _document(given.incomplete), *rare)


def _named(text: str, *needed: str) -> Mapping[str, Any] | None:
    if not text:
        return None
    found = _document(text)
    missing = [name for name in needed if name not in found]
    if missing:
        raise ValueError(f"{', '.join(missing)} is missing in {text[:60]}")
    return found


def _document(text: str) -> dict[str, Any]:
    """A JSON object, as a text or as the name of a file."""
    raw = text if text.lstrip().startswith("{") else Path(text).read_text("utf-8")
    found = json.loads(raw)
    if not isinstance(found, dict):
        raise ValueError(f"not a JSON object: {text[:60]}")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("url", help="base address of the department, as the portal would have it")
    parser.add_argument("--key-file", default="", help="the key as the portal's administration issues it; or else:")
    parser.add_argument("--dept", default="", help="code of the department, for example WJ")
    parser.add_argument("--key-id", default="")
    parser.add_argument("--secret-file", default="", help="file that holds the secret alone")
    parser.add_argument("--secret-env", default="", help="name of the environment variable that holds the secret")
    parser.add_argument("--algorithm", choices=list(ALGORITHMS), default="hmac-sha256")
    parser.set_defaults(secret=b"")
    _what_to_file(parser)
    _what_else(parser)
    return parser


def _what_to_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--item", default="", help="BUNDLE.ITEM to file, for example XSECS.CARE_REG")
    parser.add_argument("--matter", default="", help="code of the item's matter")
    parser.add_argument("--fields", default="{}", help="JSON or a file: fields that you decide on without asking back")
    parser.add_argument("--incomplete", default="{}", help="JSON or a file: fields that make you ask for a supplement")
    parser.add_argument(
        "--procedure", default="", help="JSON or a file: fields that make you begin a special procedure"
    )
    parser.add_argument("--corrected", default="", help="JSON or a file: fields whose result you correct afterwards")
    parser.add_argument("--revoked", default="", help="JSON or a file: fields whose approval you take back afterwards")
    parser.add_argument("--filing", default="", help="JSON or a file: a whole filing whose keys go over the usual ones")
    parser.add_argument(
        "--interface", default="", help='JSON or a file: {"code", "inputs", "conditional"} of a register'
    )
    parser.add_argument("--licence", default="", help='JSON or a file: {"code", "holder", "data"} of a kind of licence')


def _what_else(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ca-file", default="", help="certificates to trust for https, PEM; else those of the system")
    parser.add_argument("--callbacks", type=int, metavar="PORT", help="listen for callbacks on this port (0: any)")
    parser.add_argument("--callback-host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--callback-url", default="", help="address that you reach the kit under, where it is another")
    parser.add_argument("--no-query", action="store_true", help="the department cannot be asked")
    parser.add_argument("--second-key-id", default="", help="a second valid key, as while rotating")
    parser.add_argument("--second-secret-file", default="")
    parser.add_argument("--second-secret-env", default="")
    parser.add_argument("--wait", type=float, default=15.0, help="seconds to wait for a decision or a callback")
    parser.add_argument("--only", nargs="+", default=[], metavar="ID", help="only these checks (S5) or groups (S)")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh")
    parser.add_argument("--json", default="", metavar="FILE", help="write the report there as well")


if __name__ == "__main__":
    sys.exit(main())
