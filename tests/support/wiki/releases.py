"""The MediaWiki releases that tests run on: fetched from Debian, unpacked, kept for this user.

Each of Debian's releases has one MediaWiki. The machine's own ``apt`` fetches the package of the
wanted one, whichever Debian the machine runs: from the mirror that it uses anyway, checked with
Debian's keys, with package lists of our own, so that nothing is installed and no setting of the
machine changes. The folder is made once for all checkouts of a user::

    python -m tests.support.wiki.releases          # fetch what is missing, and say where it is
    rm -r ~/.cache/capacity-exchange       # forget it, to have a newer package
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SUITES = {"1.43": "trixie", "1.39": "bookworm"}
"""{MediaWiki's release: the Debian that has it}, the one that tests use first."""
NEWEST = next(iter(SUITES))
PACKAGES = ("mediawiki", "mediawiki-classes")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PATIENCE = 600.0
"""Seconds for one call of apt or dpkg."""


class ReleaseUnavailable(Exception):
    """A release cannot be fetched; the message says why and what to do."""


def release_folder(release: str) -> Path:
    """Return the folder of a MediaWiki release, fetched if it is not there yet.

    Programs that want the same release at once wait for the first of them.
    """
    cache = _cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"mediawiki-{release}"
    if not folder.is_dir():
        with (cache / f"mediawiki-{release}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _fetch(release, folder)
    return folder


def compiled_folder() -> Path:
    """Return the folder where PHP keeps what it compiled of the releases: scripts start twice as fast."""
    folder = _cache_folder() / "compiled"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "capacity-exchange"


def _fetch(release: str, folder: Path) -> None:
    """Fetch and unpack a release; ``folder`` is there once it is whole."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as name:
        work = Path(name)
        for below in ("lists/partial", "archives/partial", "packages", "unpacked"):
            (work / below).mkdir(parents=True)
        keyring = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
        (work / "sources.list").write_text(f"deb {keyring}{_mirror()} {SUITES[release]} main\n")
        apt = (
            *("apt-get", "-q", "-o", f"Dir::Etc::SourceList={work / 'sources.list'}"),
            *(
                "-o",
                "Dir::Etc::SourceParts=/dev/null",
                "-o",
                "Dir::Etc::PreferencesParts=/dev/null",
            ),
            *("-o", f"Dir::State::Lists={work / 'lists'}", "-o", f"Dir::Cache={work}"),
            *("-o", "Acquire::Languages=none", "-o", "APT::Sandbox::User="),
            *("-o", "APT::Update::Error-Mode=any"),
        )
        _run(*apt, "update", folder=work)
        _run(*apt, "download", *PACKAGES, folder=work / "packages")
        for package in sorted((work / "packages").glob("*.deb")):
            _run("dpkg-deb", "--extract", str(package), str(work / "unpacked"), folder=work)
        tree = work / "unpacked/usr/share/mediawiki"
        # Debian keeps what an operator changes elsewhere, behind links; here nothing is changed.
        for path in tree.iterdir():
            if path.is_symlink():
                path.unlink()
        if (tree / "extensions-core").is_dir():
            shutil.rmtree(tree / "extensions", ignore_errors=True)
            (tree / "extensions-core").rename(tree / "extensions")
        tree.rename(folder)


def _mirror() -> str:
    """Return the address of the Debian mirror that this machine's apt uses."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    told = _run(
        *("apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)"),
        "Identifier: Packages",
    )
    for line in told.splitlines():
        suite, component, address = line.split(" ", 2)
        if suite in {codename, "stable", "oldstable"} and component == "main":
            return address
    raise ReleaseUnavailable(
        f"apt knows no source with Debian's main packages ({codename or 'no Debian'}): "
        "add one to /etc/apt/sources.list.d"
    )


def _run(*command: str, folder: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except FileNotFoundError:
        raise ReleaseUnavailable(f"there is no {command[0]} here: tests run on Debian") from None
    if done.returncode:
        raise ReleaseUnavailable(f"{' '.join(command)}: {done.stdout}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    for wanted in sys.argv[1:] or SUITES:
        print(wanted, release_folder(wanted))
