"""How Alembic reaches the database; the URL comes from the caller."""

from alembic import context
from sqlalchemy import text

from models import settings
from models.database import SCHEMA, engine

url = context.config.attributes.get("url") or settings.database_url(settings.settings())

with engine(url).connect() as connection:
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=SCHEMA, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
