"""The shape of the settings: sections, their bounds, and what is derived from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic import field_validator as checked
from sqlalchemy.engine import make_url

ARCHIVE = "archive:"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OAuth(_Section):
    """An owner-only OAuth 1.0a consumer: the four values that registering it gives."""

    consumer_key: str
    consumer_secret: SecretStr
    access_token: str
    access_secret: SecretStr


class Wiki(_Section):
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
        elif value and not value.startswith(("http://", "https://")):
            raise ValueError(
                f"{value!r} is no address; use https://…/w/api.php, or archive:FILE.xml.gz"
            )
        return value


class Bot(_Section):
    """The account that the bot writes as."""

    user: str = ""
    password: SecretStr | None = None
    oauth: OAuth | None = None
    edits_per_minute: float = Field(gt=0, le=600)

    @property
    def can_write(self) -> bool:
        """Tell whether there is a way to log in."""
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


class Names(_Section):
    """What things are called on the wiki. Titles without a namespace are in the template's."""

    profile: str = Field(min_length=1)
    request: str = Field(min_length=1)
    capacity: str = Field(min_length=1)
    notice: str = Field(min_length=1)
    bar: str = Field(min_length=1)
    portal: str = Field(min_length=1)
    reports: str = Field(min_length=1)
    directory: str = Field(min_length=1)
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
        """Tell whether people can log in."""
        return bool(self.consumer_key and self.consumer_secret and self.wiki)


class Settings(_Section):
    """Everything that can be set. ``now`` fixes the clock, for runs that can be repeated."""

    database: SecretStr
    now: AwareDatetime | None = None
    tool: str = ""
    wiki: Wiki
    bot: Bot
    names: Names
    harvest: Harvest
    notify: Notify
    publish: Publish
    watch: Watch
    web: Web

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL, password and all: for ``Store.open`` and nothing else."""
        return self.database.get_secret_value()

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret in the settings: what must stand in no log."""
        found = {self.database_url, make_url(self.database_url).password or ""}
        oauth = self.bot.oauth
        held = [self.bot.password, self.web.consumer_secret, self.web.secret]
        held += [oauth.consumer_secret, oauth.access_secret] if oauth else []
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
