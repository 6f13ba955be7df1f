"""``make wiki``: a real local MediaWiki with our pages and the sample movement, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import time
from pathlib import Path

from tests.wiki.mediawiki import PASSWORD, MediaWiki
from tests.wiki.ours import install_ours

SAMPLE = Path(__file__).parents[2] / "config/sample/movement.xml.gz"
PEOPLE = ("Ada", "Layla", "Tunde")


def main() -> None:
    """Bring the wiki up, say how to get in, and stay."""
    parser = argparse.ArgumentParser(prog="make wiki", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="where to listen (8080)")
    parser.add_argument("--no-sample", action="store_true", help="leave the sample movement out")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with MediaWiki(port=options.port, settings="$wgJobRunRate = 1;") as wiki:
            bot = wiki.account("Exchange Bot", groups=("bot",), bot_password=True)
            for name in PEOPLE:
                wiki.account(name)
            if not options.no_sample:
                print("importing the sample movement (a minute or two) ...", flush=True)
                wiki.import_dump(SAMPLE)
            install_ours(wiki)
            print(
                f"""
A MediaWiki of your own, with made-up people:  {wiki.url("Capacity Exchange")}

  accounts   Admin (administrator), {", ".join(PEOPLE)}
  password   {PASSWORD}

  the bot    export CXC_WIKI={wiki.api}
             export CXC_BOT_USER='{bot.login}'
             export CXC_BOT_PASSWORD={bot.secret}
             export CXC_DATABASE=sqlite:////tmp/exchange.db
             .venv/bin/python -m bot run

Ctrl-C ends it and leaves nothing behind.""",
                flush=True,
            )
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("gone")


if __name__ == "__main__":
    main()
