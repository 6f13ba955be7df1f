"""Settings: the one reader of config/ and the environment. Every problem is told at once.

``load(os.environ)`` lays the environment over the file of ``CXC_CONFIG`` over
``config/settings.toml``, and gives one frozen ``Settings`` or a ``SettingsError`` that names each
wrong value, where it stands and its mend. Secrets are ``SecretStr``: printing them shows stars.
"""

from exchange.settings.load import CONFIG, ENVIRONMENT, load
from exchange.settings.shape import OAuth, Settings

__all__ = ["CONFIG", "ENVIRONMENT", "OAuth", "Settings", "load"]
