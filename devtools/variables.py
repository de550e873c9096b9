"""Where things lie and what the programs are told: PORTAL_VAR, ports, and secrets made once."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from devtools.environment import ROOT, VENV
from devtools.messages import DoorError


def var_folder() -> Path:
    """var/ of this checkout, or PORTAL_VAR, so that several can run side by side."""
    return Path(os.environ.get("PORTAL_VAR", ROOT / "var")).expanduser().resolve()


def port(name: str, default: int) -> int:
    """A port from the surroundings."""
    text = os.environ.get(name, str(default))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise DoorError(f"{name} 不是端口号：{text}", f"{name} is not a port: {text}")
    return int(text)


def web_port() -> int:
    return port("PORTAL_PORT", 8000)


def push_port() -> int:
    return port("PUSH_PORT", web_port() + 2)


def mock_port() -> int:
    return port("MOCK_PORT", 8765)


def for_portal(var: Path, settings: str, addresses: dict[str, str]) -> dict[str, str]:
    """Everything a program of the portal reads. What the surroundings set wins, but for what the verb decides."""
    made = {
        **development_secrets(var),
        "PORTAL_PORT": str(web_port()),
        "PORTAL_URL": f"http://127.0.0.1:{web_port()}",
        "PUSH_URL": f":{push_port()}/push",
        "MOCK_PORT": str(mock_port()),
        "MOCK_URL": f"http://127.0.0.1:{mock_port()}",
        "MEDIA_ROOT": str(var / "media"),
        "PYTHONUNBUFFERED": "1",
    }
    decided = {"DJANGO_SETTINGS_MODULE": settings, "PORTAL_VAR": str(var), **addresses}
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", "/usr/bin:/bin")])
    return {**made, **os.environ, **decided, "PATH": path, "VIRTUAL_ENV": str(VENV)}


def development_secrets(var: Path) -> dict[str, str]:
    """Keys of this checkout, made once into var/secrets.env and readable by nobody else."""
    file = var / "secrets.env"
    if not file.exists():
        _write_private(file, "".join(f"{name}={value}\n" for name, value in _new_secrets().items()))
    pairs = (line.partition("=") for line in file.read_text().splitlines())
    return {name: value for name, _, value in pairs if value}


def _new_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PORTAL_KEYS": "k1:" + _key(),
        "PORTAL_INDEX_KEY": _key(),
        "MOCK_MASTER_SECRET": secrets.token_hex(24),
    }


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_private(file: Path, text: str) -> None:
    """Whole or not at all: written beside, then renamed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    fresh.rename(file)
