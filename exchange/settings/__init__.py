"""Settings: the one reader of config/ and the environment. All problems are reported together.

``load(os.environ)`` lays the environment over the file of ``CXC_CONFIG`` over
``config/settings.toml``, and gives one frozen ``Settings`` or a ``SettingsError`` that names each
wrong value, where it is and how to fix it. Secrets are ``SecretStr``: printing them shows stars.
"""

from exchange.settings.load import CONFIG, ENVIRONMENT, load
from exchange.settings.schema import OAuth, Settings

__all__ = ["CONFIG", "ENVIRONMENT", "OAuth", "Settings", "load"]
