"""A real MariaDB, from Debian's package, in a temporary folder and on a socket of its own.

The fixtures are in ``tests/conftest.py``:

``mariadb``
    One server for all tests of a worker.
``mariadb_url``
    The SQLAlchemy URL of a new, empty database on it.

Mark tests that use them, so that one worker runs them all and only that one starts a server::

    pytestmark = [pytest.mark.mariadb, pytest.mark.xdist_group("mariadb")]
"""

from __future__ import annotations

import contextlib
import getpass
import itertools
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pymysql

SERVER = "/usr/sbin/mariadbd"
INSTALL = "/usr/bin/mariadb-install-db"
_numbers = itertools.count(1)


class MariaDB:
    """A server that listens on a socket file only. ``with MariaDB() as server: …``."""

    def __init__(self) -> None:
        # Socket paths have at most 107 characters: pytest's own folders may be too long.
        self.folder = Path(tempfile.mkdtemp(prefix="cxc-db-"))
        self.socket = self.folder / "s"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> MariaDB:
        self._run(
            INSTALL,
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            f"--user={getpass.getuser()}",
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [
                SERVER,
                "--no-defaults",
                f"--datadir={self.folder / 'data'}",
                f"--socket={self.socket}",
                f"--pid-file={self.folder / 'pid'}",
                "--skip-networking",
                f"--user={getpass.getuser()}",
                # ToolsDB's defaults are not utf8mb4: ours must not lean on the server's.
                "--character-set-server=latin1",
                "--collation-server=latin1_swedish_ci",
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=64M",
                "--innodb-log-file-size=16M",
                # Who waits for a lock that nobody gives back is told so, not after a day.
                "--lock-wait-timeout=120",
            ],
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(pymysql.OperationalError):
                self.connect().close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text("utf-8", "replace"))
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server; its data stays until the end of the ``with`` block."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None

    def connect(self) -> pymysql.connections.Connection[pymysql.cursors.Cursor]:
        """Open a connection as root, past everything that is tested."""
        return pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement as root and give its rows."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def database(self) -> str:
        """Make an empty database and give its URL, for a user who may do no more than on ToolsDB."""
        name = f"s{next(_numbers)}__exchange"
        self.execute(f"CREATE DATABASE {name}")
        self.execute("CREATE USER IF NOT EXISTS tool@localhost IDENTIFIED BY 'se%cret'")
        self.execute(f"GRANT ALL ON {name}.* TO tool@localhost")
        return (
            f"mysql+pymysql://tool:{quote('se%cret')}@localhost/{name}"
            f"?unix_socket={quote(str(self.socket))}"
        )

    @staticmethod
    def _run(*command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
