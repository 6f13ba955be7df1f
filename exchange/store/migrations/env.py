"""What the alembic command reads; programs migrate through ``exchange.store.migrate``.

``alembic -x url=sqlite:///FILE revision --autogenerate -m "What changes"``
"""

from alembic import context

from exchange.store.database import Database
from exchange.store.migrate import render
from exchange.store.schema import metadata

database = Database(context.get_x_argument(as_dictionary=True).get("url", "sqlite://"))
with database.writing() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_item=render)
    context.run_migrations()
