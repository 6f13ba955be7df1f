"""A real MediaWiki, from Debian's package, in a temporary folder: up in about two seconds.

It is the release that is nearest to today's Meta (``tests.support.wiki.releases``); ``release="1.39"``
makes an older one.

The fixtures are in ``tests/conftest.py``:

``mediawiki``
    One wiki for all tests of a worker, with TemplateData, ParserFunctions and Scribunto, and the
    account ``Exchange Bot`` in the group bot, with a bot password
    (``wiki.accounts["Exchange Bot"]``). Tests share it: take page and user names from
    ``fresh("Ada")``, which no other test has, and leave its settings alone.
``mediawikis``
    Makes further wikis, for tests that change settings or need other extensions::

        wiki = mediawikis(extensions=("AbuseFilter",), settings="$wgReadOnly = 'mended';")

    Debian's package has AbuseFilter, SpamBlacklist, TitleBlacklist, ConfirmEdit, DiscussionTools,
    Echo, VisualEditor, Interwiki and more. They stop after the module.
``installed``
    The shared ``mediawiki`` with our on-wiki pages (``templates/``) on it.

Mark tests of a module that use them, so that one worker runs them all and only that one starts
a wiki::

    pytestmark = [pytest.mark.wiki, pytest.mark.xdist_group("wiki")]

Jobs do not run by themselves (``$wgJobRunRate = 0``): links, categories and ``embeddedin`` of the
page that was edited are fresh at once; of pages that use an edited *template* after ``jobs()``.
"""

from __future__ import annotations

import atexit
import contextlib
import gzip
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import requests

from tests.support.wiki.releases import NEWEST, compiled_folder, release_folder

HERE = Path(__file__).parent
EXTENSIONS = ("TemplateData", "ParserFunctions", "Scribunto")
LIKE_META = ("DiscussionTools", "Echo", "Thanks", "Linter", "VisualEditor", "WikiEditor")
"""What people on Meta read, talk and edit with, besides."""
SKINS = ("Vector", "MinervaNeue")
PASSWORD = "throwaway-password"
PATIENCE = 300.0
"""Seconds for one answer, or one maintenance script."""

# Pages that are hostile on purpose nest deeper than PHP's usual stack.
STACK = "ulimit -s 1000000 2>/dev/null || ulimit -s unlimited 2>/dev/null || true"

SETTINGS = r"""
$wgArticlePath = '/wiki/$1';
$wgCacheDirectory = __DIR__ . '/cache';
// Where PHP has APCu, the installer takes it, and scripts cannot tell a server's memory of a rename.
$wgMainCacheType = CACHE_NONE;
$wgSessionCacheType = CACHE_DB;
// Cookies know no ports: wikis of one test need names of their own.
$wgCookiePrefix = 'wiki' . parse_url( $wgServer, PHP_URL_PORT );
// A page is as fresh as its templates, even those of the same second.
$wgParserCacheType = CACHE_NONE;
$wgMainStash = CACHE_DB;
$wgPasswordConfig['pbkdf2']['cost'] = '1';
$wgJobRunRate = 0;
$wgShowExceptionDetails = true;
$wgEnableEmail = false;
$wgRateLimits = [];
$wgUseInstantCommons = false;
$wgPingback = false;
$wgLogos = false;
$wgNamespacesWithSubpages[NS_MAIN] = true;
$wgNamespacesWithSubpages[NS_TEMPLATE] = true;
$wgGroupPermissions['bot']['apihighlimits'] = true;
$wgScribuntoEngineConf['luastandalone']['luaPath'] = '/usr/bin/lua5.1';
$wgPasswordPolicy['policies']['default'] = [ 'MinimalPasswordLength' => 1 ];
$wgDBservers = [ [
	'type' => 'sqlite',
	'dbname' => $wgDBname,
	'tablePrefix' => '',
	'variables' => [ 'synchronous' => 'OFF' ],
	'dbDirectory' => $wgSQLiteDataDir,
	'trxMode' => 'IMMEDIATE',
	'flags' => DBO_DEFAULT,
	'load' => 1,
] ];
foreach ( glob( __DIR__ . '/extra/*.php' ) as $file ) {
	require $file;
}
"""


class ApiError(Exception):
    """The API answered with an error; ``code`` is its own."""

    def __init__(self, code: str, info: str) -> None:
        self.code = code
        super().__init__(f"{code}: {info}")


@dataclass(frozen=True)
class Account:
    """A throwaway account: ``login`` and ``secret`` are its bot password, where it has one."""

    name: str
    password: str
    login: str = ""
    secret: str = ""


class MediaWiki:
    """One wiki with its own folder, database, port and PHP server."""

    def __init__(
        self,
        *,
        extensions: Iterable[str] = (),
        settings: str = "",
        language: str = "en",
        release: str = NEWEST,
        folder: Path | None = None,
        port: int = 0,
    ) -> None:
        self.release = release
        self.source = Path()
        # Renaming accounts is an extension until 1.40, and part of the core since.
        core = (*EXTENSIONS, "Renameuser") if release == "1.39" else EXTENSIONS
        self.extensions = tuple(dict.fromkeys((*core, *extensions)))
        self.language = language
        self.folder = folder or Path(tempfile.mkdtemp(prefix="mediawiki-"))
        self.port = port or _free_port()
        self.accounts: dict[str, Account] = {}
        self._extra = settings
        self._settings = 0
        self._sessions: dict[str, tuple[requests.Session, str]] = {}
        self._server: subprocess.Popen[bytes] | None = None

    # -- life ---------------------------------------------------------------------------------

    @property
    def server(self) -> str:
        """The address without a path, such as ``http://127.0.0.1:8080``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        """The address of the action API."""
        return f"{self.server}/api.php"

    def url(self, title: str, **query: str) -> str:
        """The address of a page."""
        if query:
            rest = "&".join(f"{key}={quote(value)}" for key, value in query.items())
            return f"{self.server}/index.php?title={quote(title.replace(' ', '_'))}&{rest}"
        return f"{self.server}/wiki/{quote(title.replace(' ', '_'), safe='/:')}"

    def start(self) -> MediaWiki:
        """Install the wiki and serve it."""
        self.source = release_folder(self.release)
        (self.folder / "extra").mkdir(parents=True, exist_ok=True)
        (self.folder / "cache").mkdir(exist_ok=True)
        # All wikis use the release where it is: only the settings and data are theirs.
        self._php(
            self.source / "maintenance/install.php",
            f"--confpath={self.folder}",
            "--dbtype=sqlite",
            f"--dbpath={self.folder / 'data'}",
            "--dbname=wiki",
            f"--server={self.server}",
            "--scriptpath=",
            f"--pass={PASSWORD}",
            f"--lang={self.language}",
            f"--extensions={','.join(self.extensions)}",
            f"--skins={','.join(SKINS)}",
            "Capacity test wiki",
            "Admin",
            config=False,
        )
        with (self.folder / "LocalSettings.php").open("a") as file:
            file.write(SETTINGS)
        self.accounts["Admin"] = Account("Admin", PASSWORD)
        if self._extra:
            self.settings(self._extra)
        self._serve()
        return self

    def _serve(self) -> None:
        deadline = time.monotonic() + 60
        while not self._begin_to_serve(deadline):
            self.stop(keep=True)

    def _begin_to_serve(self, deadline: float) -> bool:
        """Return whether the server answers; not where its port is still being given back."""
        atexit.register(self.stop)
        log = (self.folder / "server.log").open("ab")
        self._server = subprocess.Popen(
            [
                # However this process ends, its end of the pipe closes, and the server goes.
                *("sh", "-c", f'{STACK}; "$@" </dev/null & read _; kill -9 0', "sh"),
                *("php", "-d", "opcache.enable=1", "-d", "opcache.revalidate_freq=0"),
                *self._compiled(),
                *(
                    "-d",
                    "opcache.memory_consumption=192",
                    "-d",
                    "opcache.max_accelerated_files=8000",
                ),
                *("-d", "memory_limit=512M", "-d", "realpath_cache_size=4M"),
                *("-S", f"127.0.0.1:{self.port}", "-t", str(self.source), str(HERE / "router.php")),
            ],
            env=self._environment() | {"PHP_CLI_SERVER_WORKERS": "4"},
            stdout=log,
            stderr=log,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        log.close()
        while True:
            try:
                requests.get(f"{self.api}?action=query&meta=siteinfo&format=json", timeout=30)
                return True
            except requests.ConnectionError:
                said = (self.folder / "server.log").read_text()
                if time.monotonic() > deadline:
                    raise RuntimeError(said) from None
                if self._server.poll() is not None:
                    if not said.rstrip().endswith("Address already in use)"):
                        raise RuntimeError(said) from None
                    return False
                time.sleep(0.02)

    def stop(self, *, keep: bool = False) -> None:
        """End the server; the folder goes too, unless ``keep``."""
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.communicate()
            self._server = None
        atexit.unregister(self.stop)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def pause(self) -> None:
        """End the server and keep everything: the wiki is away until :meth:`resume`."""
        self.stop(keep=True)

    def resume(self) -> None:
        """Serve again what :meth:`pause` stopped."""
        self._serve()

    def __enter__(self) -> MediaWiki:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- the machine room ---------------------------------------------------------------------

    def settings(self, php: str, *, name: str = "") -> None:
        """Add PHP settings, at once in force; the same ``name`` replaces what it had before.

        ``settings("", name="readonly")`` takes back ``settings("$wgReadOnly = 'x';",
        name="readonly")``.
        """
        if not name:
            self._settings += 1
            name = f"settings{self._settings}"
        path = self.folder / "extra" / f"{name}.php"
        if php:
            new = path.with_suffix(".new")
            new.write_text(f"<?php\n{php}\n")
            new.replace(path)
        else:
            path.unlink(missing_ok=True)

    def maintenance(self, script: str, *args: str, input: str | None = None) -> str:
        """Run a maintenance script, such as ``maintenance("runJobs")``; its output."""
        path = Path(script if script.endswith(".php") else f"{script}.php")
        if len(path.parts) == 1:
            path = Path("maintenance") / path
        return self._php(self.source / path, *args, input=input)

    def jobs(self) -> None:
        """Run every job that waits (links and categories after an edit of a template)."""
        self.maintenance("runJobs")

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "MW_CONFIG_FILE": str(self.folder / "LocalSettings.php"),
            "MW_INSTALL_PATH": str(self.source),
        }

    def _compiled(self) -> tuple[str, ...]:
        """Where PHP keeps what it compiled: scripts start twice as fast. Not this wiki's own settings."""
        left_out = self.folder / "not-compiled"
        left_out.write_text(f"{self.folder}/*\n")
        return (
            *("-d", f"opcache.file_cache={compiled_folder()}"),
            *("-d", f"opcache.blacklist_filename={left_out}"),
        )

    def _php(self, script: Path, *args: str, input: str | None = None, config: bool = True) -> str:
        done = subprocess.run(
            [
                *("sh", "-c", f'{STACK}; exec "$@"', "sh"),
                *("php", "-d", "error_reporting=E_ALL&~E_DEPRECATED"),
                *("-d", "opcache.enable_cli=1", "-d", "opcache.file_cache_only=1"),
                *(*self._compiled(), str(script), *args),
            ],
            env=self._environment() if config else None,
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise RuntimeError(f"{script.name}: {done.stdout}\n{done.stderr}")
        return done.stdout

    # -- people -------------------------------------------------------------------------------

    def account(
        self, name: str, *, groups: Iterable[str] = (), bot_password: bool = False
    ) -> Account:
        """Make an account (or promote the one there is), with a bot password if wanted."""
        self.maintenance(
            "createAndPromote",
            "--force",
            *(("--custom-groups", ",".join(groups)) if groups else ()),
            name,
            PASSWORD,
        )
        login = secret = ""
        if bot_password:
            login, secret = f"{name}@test", secrets.token_hex(16)
            grants = "basic,highvolume,editpage,editprotected,createeditmovepage,delete,protect"
            self.maintenance(
                "createBotPassword", "--appid", "test", "--grants", grants, name, secret
            )
        self.accounts[name] = Account(name, PASSWORD, login, secret)
        return self.accounts[name]

    def _session(self, user: str | None) -> tuple[requests.Session, str]:
        """A session and its edit token; logged in once."""
        key = user or ""
        if key not in self._sessions:
            session = _Patient()
            if user:
                if user not in self.accounts:
                    self.account(user)
                found = self._get(session, action="query", meta="tokens", type="login")
                answer = _checked(
                    session.post(
                        self.api,
                        data={
                            "action": "login",
                            "format": "json",
                            "lgname": user,
                            "lgpassword": self.accounts[user].password,
                            "lgtoken": found["query"]["tokens"]["logintoken"],
                        },
                    )
                )
                if answer["login"]["result"] != "Success":
                    raise ApiError("login", str(answer))
            found = self._get(session, action="query", meta="tokens")
            self._sessions[key] = (session, found["query"]["tokens"]["csrftoken"])
        return self._sessions[key]

    def _get(self, session: requests.Session, **params: Any) -> Any:
        return _checked(
            session.get(self.api, params=params | {"format": "json", "formatversion": "2"})
        )

    def forget(self, user: str) -> None:
        """Forget a user's session, so that the next call logs in again (after a rename)."""
        self._sessions.pop(user, None)

    def call(self, user: str | None = None, /, **params: Any) -> Any:
        """Ask the API as a user (None: logged out); posted with a token where it writes."""
        session, token = self._session(user)
        if params["action"] in {"query", "parse", "expandtemplates", "templatedata"}:
            return _checked(
                session.post(self.api, data=params | {"format": "json", "formatversion": "2"})
            )
        data = params | {"format": "json", "formatversion": "2", "token": token}
        try:
            return _checked(session.post(self.api, data=data))
        except ApiError as error:
            if error.code != "badtoken":
                raise
        # A session ends after an hour, which a whole run on a busy machine can take.
        self._sessions.clear()
        session, token = self._session(user)
        return _checked(session.post(self.api, data=data | {"token": token}))

    def edit(
        self,
        user: str | None,
        title: str,
        text: str,
        *,
        summary: str = "",
        section: str | None = None,
        **params: Any,
    ) -> int:
        """Save a page as this user (made if need be); the new revision id, 0 if unchanged."""
        if section is not None:
            params["section"] = section
        answer = self.call(user, action="edit", title=title, text=text, summary=summary, **params)[
            "edit"
        ]
        if answer["result"] != "Success":
            raise ApiError("edit", json.dumps(answer))
        return int(answer.get("newrevid", 0))

    # -- what stands there --------------------------------------------------------------------

    def page(self, title: str) -> str | None:
        """The wikitext of a page; None where there is none."""
        found = self.call(
            action="query", prop="revisions", rvprop="content", rvslots="main", titles=title
        )["query"]["pages"][0]
        if "revisions" not in found:
            return None
        return str(found["revisions"][0]["slots"]["main"]["content"])

    def history(self, title: str) -> list[dict[str, Any]]:
        """The revisions of a page, newest first: ids, user, comment, flags, size."""
        found = self.call(
            action="query",
            prop="revisions",
            rvprop="ids|user|userid|comment|flags|size|timestamp",
            rvlimit="500",
            titles=title,
        )["query"]["pages"][0]
        return list(found.get("revisions", []))

    def html(self, title: str, *, language: str = "", user: str | None = None) -> str:
        """The page as a reader gets it (the whole HTML document)."""
        session = self._session(user)[0]
        query = {"uselang": language} if language else {}
        return session.get(self.url(title), params=query).text

    def body(self, title: str, *, language: str = "en") -> str:
        """Only what the parser made of the page's text."""
        found = self.call(
            action="parse", page=title, prop="text", uselang=language, disablelimitreport="1"
        )
        return str(found["parse"]["text"])

    def parse(self, text: str, *, title: str = "Test", language: str = "en") -> str:
        """The HTML of some wikitext."""
        found = self.call(
            action="parse",
            text=text,
            title=title,
            contentmodel="wikitext",
            prop="text",
            uselang=language,
            disablelimitreport="1",
        )
        return str(found["parse"]["text"])

    def parser_report(self, text: str, *, language: str = "en") -> dict[str, Any]:
        """What the parser says that a text took, by name: numbers, and what it writes as texts."""
        found = self.call(
            action="parse",
            text=text,
            title="User:Ada/Report",
            contentmodel="wikitext",
            prop="limitreportdata",
            uselang=language,
        )["parse"]["limitreportdata"]
        return {row["name"]: row["0"] for row in found if "0" in row}

    def rename(self, old: str, new: str) -> None:
        """Rename an account and move its user pages, as a renamer does."""
        if self.release == "1.39":
            script = "extensions/Renameuser/maintenance/renameUser"
            self.maintenance(script, f"--oldname={old}", f"--newname={new}", "--performer=Admin")
            for space in ("User", "User talk"):
                if self.page(f"{space}:{old}") is not None:
                    pages = {"from": f"{space}:{old}", "to": f"{space}:{new}"}
                    self.call("Admin", action="move", movesubpages="1", **pages)
        else:
            self.maintenance("renameUser", "--performer", "Admin", old, new)
        self.jobs()
        if old in self.accounts:
            self.accounts[new] = Account(new, PASSWORD)
        self.forget(old)

    def accounts_at_once(self, names: Iterable[str]) -> None:
        """Make many accounts in one go; they can log in like others."""
        people = self.folder / "people.php"
        people.write_text(
            f"<?php foreach ( json_decode( {json.dumps(json.dumps(list(names)))} ) as $name ) {{\n"
            "\t$user = User::createNew( $name );\n"
            f"\t$user->changeAuthenticationData( [ 'username' => $name, 'password' => '{PASSWORD}', "
            f"'retype' => '{PASSWORD}' ] );\n}}\n"
        )
        self.maintenance("eval", input=f"require '{people}';\n")
        for name in names:
            self.accounts[name] = Account(name, PASSWORD)

    def fill(
        self,
        pages: Mapping[str, str | tuple[str, str]],
        *,
        user: str = "Admin",
        refresh: bool = True,
    ) -> None:
        """Write many pages at once (an import), with links and categories fresh.

        {title: text} or {title: (text, who wrote it)}; the others are written by ``user``. Pages
        that have neither links nor categories need no ``refresh``.
        """
        written = {
            title: text if isinstance(text, tuple) else (text, user)
            for title, text in pages.items()
        }
        rows = "".join(
            f"<page><title>{escape(title)}</title><revision>"
            f"<timestamp>2026-01-01T00:00:00Z</timestamp>"
            f"<contributor><username>{escape(author)}</username></contributor>"
            f'<text xml:space="preserve">{escape(text)}</text></revision></page>'
            for title, (text, author) in written.items()
        )
        path = self.folder / "fill.xml"
        path.write_text(
            '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" '
            f'xml:lang="en">{rows}</mediawiki>'
        )
        if refresh:
            self.import_dump(path)
        else:
            self.maintenance("importDump", "--no-updates", str(path))

    def dump(self, path: Path) -> Path:
        """Write an XML export of the whole wiki, with histories."""
        path.write_text(self.maintenance("dumpBackup", "--full", "--quiet"))
        return path

    def import_dump(self, path: Path) -> None:
        """Import an XML export (plain or .gz), and refresh what is known of its pages."""
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
        titles = [unescape(title) for title in re.findall("<title>([^<]+)</title>", text)]
        listed = self.folder / "titles.json"
        listed.write_text(json.dumps(titles))
        self._php(HERE / "import.php", str(path), str(listed))


class _Patient(requests.Session):
    """A session whose requests end, at last, where the wiki never answers."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().request(*args, **{"timeout": PATIENCE, **kwargs})


def _checked(answer: requests.Response) -> Any:
    try:
        found = answer.json()
    except ValueError:
        raise ApiError("no-json", re.sub("<[^>]+>", " ", answer.text)[:2000]) from None
    if "error" in found:
        raise ApiError(found["error"]["code"], found["error"]["info"])
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
