"""The shape of the settings: sections, their bounds, and what is derived from them."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic import field_validator as checked
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from exchange import __version__

ARCHIVE = "archive:"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
AUTO = "auto"
_FARM = ("wikimedia.org", "wikipedia.org", "wikidata.org", "mediawiki.org", "wiktionary.org")


def is_wikimedia(address: str) -> bool:
    """Whether an address is that of a wiki of Wikimedia's."""
    host = urlsplit(address).hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in _FARM)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OAuth(_Section):
    """An owner-only OAuth 1.0a consumer: the four values that registering it gives."""

    consumer_key: str
    consumer_secret: SecretStr
    access_token: str
    access_secret: SecretStr


class WikiSettings(_Section):
    """Which wiki, and how to talk to it."""

    address: str = ""
    out: Path | None = None
    maxlag: int = Field(ge=0, le=60)
    tries: int = Field(ge=1, le=20)
    timeout: float = Field(gt=0, le=600)
    contact: str

    @property
    def archive(self) -> Path | None:
        """The XML export that is the wiki, where it is one."""
        if not self.address.startswith(ARCHIVE):
            return None
        return Path(self.address.removeprefix(ARCHIVE))

    @checked("address")
    @classmethod
    def _known(cls, value: str) -> str:
        if value.startswith(ARCHIVE):
            file = Path(value.removeprefix(ARCHIVE))
            if not file.is_file():
                raise ValueError(f"there is no file {file}; name a MediaWiki XML export")
        elif value and not _is_api_address(value):
            raise ValueError(
                f"{value!r} is no address; use https://…/w/api.php, or archive:FILE.xml.gz"
            )
        return value


def _is_api_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        known = bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:  # the port is no number, or a bracket is missing
        return False
    return known and parts.scheme in ("http", "https") and parts.path.endswith("/api.php")


class Bot(_Section):
    """The account that the bot writes as."""

    user: str = ""
    password: SecretStr | None = None
    oauth: OAuth | None = None
    edits_per_minute: float = Field(gt=0, le=600)

    @property
    def can_write(self) -> bool:
        """Whether there is a way to log in."""
        return bool(self.user and (self.password or self.oauth))

    @checked("oauth", mode="before")
    @classmethod
    def _four(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        tokens = value.replace(",", " ").split()
        if len(tokens) != 4:
            raise ValueError(
                "four values are needed, with spaces between: consumer key, consumer secret, "
                f"access token, access secret; there are {len(tokens)}"
            )
        return dict(zip(OAuth.model_fields, tokens, strict=True))


class PageNames(_Section):
    """What things are called on the wiki. Titles without a namespace are in the template's."""

    profile: str = Field(min_length=1)
    request: str = Field(min_length=1)
    programme: str = Field(min_length=1)
    capacity: str = Field(min_length=1)
    notice: str = Field(min_length=1)
    bar: str = Field(min_length=1)
    module: str = Field(min_length=1)
    portal: str = Field(min_length=1)
    reports: str = Field(min_length=1)
    directory: str = Field(min_length=1)
    coordinators: str = Field(min_length=1)
    opt_out_list: str = Field(min_length=1)
    opt_out_category: str = Field(min_length=1)
    stop: str = ""

    def stop_page(self, bot: str) -> str:
        """The page that stops the bot when it is edited."""
        return self.stop or f"User:{bot}/Stop"


class Harvest(_Section):
    """Where profiles may stand."""

    namespaces: tuple[int, ...]
    account_days: float = Field(gt=0)
    contacts: int = Field(ge=1, le=20)

    @checked("namespaces")
    @classmethod
    def _no_talk(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        wrong = [number for number in value if number < 0 or number % 2]
        if wrong or not value:
            raise ValueError(f"even numbers are needed (talk pages hold no profiles): {wrong}")
        return value


class Notify(_Section):
    """How much is written to people."""

    days_between: int = Field(ge=1)
    daily_cap: int = Field(ge=0)
    breaker: int = Field(ge=1)
    expire_days: int = Field(ge=1)
    answer_days: int = Field(ge=1)
    hold_out: float = Field(ge=0, le=0.25)
    check_in_days: int = Field(ge=1)
    available_days: int = Field(ge=0)
    available_answer_days: int = Field(ge=1)
    languages_off: tuple[str, ...] = ()
    trial: tuple[str, ...] = ()


class Publish(_Section):
    """How reports are written on the wiki."""

    language: str


class Watch(_Section):
    """How recent changes are followed."""

    poll_seconds: float = Field(gt=0)
    stream: str
    full_hours: float = Field(gt=0)


class Web(_Section):
    """The web tool. Without OAuth settings it hides login."""

    consumer_key: str = ""
    consumer_secret: SecretStr | None = None
    wiki: str = ""
    secret: SecretStr | None = None
    address: str = ""
    host: str
    port: int = Field(ge=1, le=65535)

    @checked("secret")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError(
                "at least 32 characters are needed; make some with: openssl rand -hex 32"
            )
        return value

    @model_validator(mode="after")
    def _complete(self) -> Web:
        given = [bool(self.consumer_key), self.consumer_secret is not None, bool(self.wiki)]
        if any(given) and not all(given):
            raise ValueError(
                "login needs CXC_OAUTH_CONSUMER_KEY, CXC_OAUTH_CONSUMER_SECRET and "
                "CXC_OAUTH_WIKI together; set all three, or none to run without login"
            )
        if self.wiki and not self.wiki.endswith("/index.php"):
            raise ValueError(
                f"CXC_OAUTH_WIKI is {self.wiki!r}; the address of the wiki's index.php is needed, "
                "such as https://meta.wikimedia.org/w/index.php"
            )
        if all(given) and self.secret is None:
            raise ValueError(
                "login needs CXC_SECRET, to encrypt what is kept; make one with: "
                "openssl rand -hex 32"
            )
        return self

    @property
    def login(self) -> bool:
        """Whether people can log in."""
        return bool(self.consumer_key and self.consumer_secret and self.wiki)


class Privacy(_Section):
    """Countries by which nobody may be found, and of which day their list is."""

    protected_countries: frozenset[str] = frozenset()
    list_date: date | None = None

    @checked("protected_countries")
    @classmethod
    def _codes(cls, value: frozenset[str]) -> frozenset[str]:
        if wrong := sorted(code for code in value if not re.fullmatch("[A-Z]{2}", code)):
            raise ValueError(
                f"codes of countries (ISO 3166-1 alpha-2) are needed, such as EG: {', '.join(wrong)}"
            )
        return value


class Sources(_Section):
    """Where people may have said something about themselves before; an empty text asks nobody.

    ``platform`` is the api.php of the wiki with the platform's tables; ``mentors`` and
    ``affiliates`` are pages of the wiki itself, ``badges`` and ``tools`` addresses with ``{name}``.
    ``seconds`` is how long all of them are waited for together.
    """

    platform: str = AUTO
    mentors: str = ""
    affiliates: str = ""
    badges: str = ""
    tools: str = ""
    seconds: float = Field(gt=0, le=30, default=3)

    @checked("platform")
    @classmethod
    def _wiki(cls, value: str) -> str:
        if value not in ("", AUTO) and not _is_api_address(value):
            raise ValueError(f'{value!r} is no address; use "auto", "", or https://…/w/api.php')
        return value

    @checked("badges", "tools")
    @classmethod
    def _with_name(cls, value: str) -> str:
        if value and not (value.startswith(("http://", "https://")) and value.count("{name}") == 1):
            raise ValueError(
                f"{value!r} is no address by name; use one with {{name}} in it, such as "
                "https://…/user/{name}/, or an empty text"
            )
        return value


class Erasure(_Section):
    """How it is remembered who was forgotten: see ``exchange/store/erasure_marks.py``."""

    keys: tuple[SecretStr, ...] = ()
    log: Path | None = None

    @checked("keys", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @checked("keys")
    @classmethod
    def _long(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for number, each in enumerate(value, 1):
            if len(each.get_secret_value()) < 32:
                raise ValueError(
                    f"key {number} is too short: at least 32 characters are needed; make some "
                    "with: openssl rand -hex 32"
                )
        return value


class Settings(_Section):
    """Everything that can be set. ``now`` fixes the clock, for runs that can be repeated.

    ``backups`` is the folder that copies of the database are put into, for ``doctor`` to look at.
    """

    database: SecretStr
    now: AwareDatetime | None = None
    tool: str = ""
    wiki: WikiSettings
    bot: Bot
    names: PageNames
    harvest: Harvest
    notify: Notify
    publish: Publish
    watch: Watch
    web: Web
    sources: Sources = Sources()
    erasure: Erasure = Erasure()
    backups: Path | None = None
    privacy: Privacy = Privacy()

    @property
    def web_address(self) -> str:
        """The web tool's public address without a slash at its end; empty where it is unknown.

        Requests are never asked for it: their Host header is whatever a client writes there.
        """
        if self.web.address:
            return self.web.address.rstrip("/")
        if self.tool:
            return f"https://{self.tool}.toolforge.org"
        local = urlsplit(self.web.wiki).hostname in LOOPBACK
        return f"http://127.0.0.1:{self.web.port}" if local else ""

    def platform_api(self, *, commons: str) -> str:
        """The api.php of the wiki with the platform's tables; empty where nobody is asked.

        ``auto`` is ``commons`` for Wikimedia's wikis, and nobody for all others.
        """
        chosen = self.sources.platform
        if chosen != AUTO:
            return chosen
        return commons if is_wikimedia(self.web.wiki or self.wiki.address) else ""

    @property
    def login_problem(self) -> str:
        """Why login cannot be offered safely, with the fix; empty where it can or is not set.

        Without a known public address cookies lack ``Secure`` and the way back from the wiki
        would be taken from a client's Host header.
        """
        address = self.web_address if self.web.login else ""
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not self.web.login or local or (parts.scheme == "https" and parts.netloc):
            return ""
        return (
            f"CXC_WEB_ADDRESS is {address!r}; with login the tool's public address is needed, "
            "such as https://exchange.toolforge.org (or set CXC_TOOL to the tool's name)"
        )

    @property
    def user_agent(self) -> str:
        """The name under which we ask any server, with a way to reach whoever runs us.

        The Wikimedia User-Agent policy asks for both; on Toolforge the tool's own address is added.
        """
        contact = self.wiki.contact
        if self.tool:
            contact = f"{contact}; tools.{self.tool}@toolforge.org"
        return f"CapacityExchange/{__version__} ({contact})"

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL, password and all: for ``Store.open`` and nothing else."""
        return self.database.get_secret_value()

    @property
    def erasure_keys(self) -> tuple[bytes, ...]:
        """The keys of erasure marks, the newest first; the last is derived from ``CXC_SECRET``.

        Empty where none of the two is set: then nobody can be forgotten, and nobody was.
        """
        keys = [each.get_secret_value().encode() for each in self.erasure.keys]
        if self.web.secret is not None:
            secret = self.web.secret.get_secret_value().encode()
            keys.append(hmac.digest(secret, b"cxc erasure", "sha256"))
        return tuple(dict.fromkeys(keys))

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret in the settings: what must stand in no log."""
        found = {self.database_url, make_url(self.database_url).password or ""}
        oauth = self.bot.oauth
        held = [self.bot.password, self.web.consumer_secret, self.web.secret]
        held += [oauth.consumer_secret, oauth.access_secret] if oauth else []
        held += self.erasure.keys
        found.update(each.get_secret_value() for each in held if each)
        if oauth:
            found.add(oauth.access_token)
        return frozenset(found - {""})

    @property
    def clock(self) -> Callable[[], datetime]:
        """The clock: the time now in UTC, or always ``now`` where that is set."""
        fixed = self.now
        if fixed is not None:
            moment = fixed.astimezone(UTC)
            return lambda: moment
        return lambda: datetime.now(UTC)

    @checked("database")
    @classmethod
    def _is_database(cls, value: SecretStr) -> SecretStr:
        use = "use sqlite:///FILE or mysql+pymysql://USER:PASSWORD@HOST/NAME"
        # The value itself is not repeated: it may hold a password.
        try:
            url = make_url(value.get_secret_value())
            url.get_dialect().import_dbapi()
        except (ArgumentError, NoSuchModuleError, ValueError):
            raise ValueError(f"this is no database URL that SQLAlchemy knows; {use}") from None
        except ImportError:
            raise ValueError(f"the driver {url.drivername} is not installed; {use}") from None
        if url.get_backend_name() not in ("sqlite", "mysql", "mariadb"):
            raise ValueError(f"{url.get_backend_name()} is not supported; {use}")
        return value

    @checked("now")
    @classmethod
    def _near(cls, value: datetime | None) -> datetime | None:
        """Refuse moments from which no period can be counted back or forward."""
        if value is not None and not 2001 <= value.year <= 9000:
            raise ValueError(f"{value.isoformat()} is not between the years 2001 and 9000")
        return value

    @checked("now", mode="before")
    @classmethod
    def _utc(cls, value: object) -> object:
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise ValueError(
                    f"{value!r} is no moment; write it as 2026-11-23T08:00:00Z"
                ) from None
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value
