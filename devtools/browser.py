"""The browser of the journeys: Debian's Chromium and a font with Chinese characters."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from devtools.messages import say

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PROGRAM = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")


def ensure_browser() -> str | None:
    """Path of a browser, installed if we may; None after saying exactly what to install."""
    found = find_browser()
    if found is not None and has_chinese_font():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = find_browser()
    if found is None or not has_chinese_font():
        _say_what_to_install()
    return found


def find_browser() -> str | None:
    given = os.environ.get("PORTAL_BROWSER")
    if given:
        return given
    if MAC_PROGRAM.exists():
        return str(MAC_PROGRAM)
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def has_chinese_font() -> bool:
    """Without one every page is a page of empty boxes; macOS ships its own."""
    if sys.platform == "darwin":
        return True
    if shutil.which("fc-list") is None:
        return Path("/usr/share/fonts/opentype/noto").exists()
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


def _install() -> None:
    say("安装浏览器与中文字体（apt-get）", "installing the browser and a Chinese font (apt-get)")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", "update"], env=env, stdout=sys.stderr, check=False)
    command = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *PACKAGES]
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False)


def _say_what_to_install() -> None:
    say(
        "浏览器测试需要 Chromium 和中文字体，请先安装",
        "the browser journeys need Chromium and a Chinese font; install:",
    )
    print("    Debian/Ubuntu:  apt-get install chromium fonts-noto-cjk", file=sys.stderr)
    print("    Fedora:         dnf install chromium google-noto-sans-cjk-fonts", file=sys.stderr)
    print("    macOS:          brew install --cask google-chrome", file=sys.stderr)
