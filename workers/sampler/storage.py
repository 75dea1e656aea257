"""PostgreSQL as Optuna's storage, with one lock per study."""

import contextlib
import hashlib
import threading
from typing import Iterator

import optuna
import sqlalchemy
from optuna.storages import RDBStorage


class StudyStorage:
    """Holds connections, but no state of any study: every call reads what is stored."""

    def __init__(self, url: str) -> None:
        # Without a driver's name SQLAlchemy 2.1 would take one that the toolchain hasn't.
        parsed = sqlalchemy.make_url(url.replace("postgres://", "postgresql://", 1))
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg2")
        address = parsed.render_as_string(hide_password=False)
        is_postgres = parsed.get_backend_name() == "postgresql"
        # pre_ping: a connection from before a restart of PostgreSQL is noticed and replaced.
        options = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20, "connect_args": {"connect_timeout": 5} if is_postgres else {}}
        self._is_postgres = is_postgres
        self._process_lock = threading.RLock()
        self._lock_engine = sqlalchemy.create_engine(parsed, **options)
        # Two processes that start on an empty database would both create the tables.
        with self.exclusive("tables"):
            self.optuna = RDBStorage(address, engine_kwargs=options)

    @contextlib.contextmanager
    def exclusive(self, study: str) -> Iterator[None]:
        """
        One request per study at a time, whichever process or host it is in: a retried activity may meet its slower first attempt.
        PostgreSQL frees the lock when the connection ends, so a killed process leaves none behind.
        """
        if not self._is_postgres:
            with self._process_lock:
                yield
            return
        key = int.from_bytes(hashlib.sha256(f"forecastle/{study}".encode()).digest()[:8], "big", signed=True)
        with self._lock_engine.begin() as connection:
            connection.execute(sqlalchemy.text("select pg_advisory_xact_lock(:key)"), {"key": key})
            yield

    def close(self) -> None:
        """Gives the connections back."""
        self.optuna.remove_session()
        self.optuna.engine.dispose()
        self._lock_engine.dispose()


optuna.logging.set_verbosity(optuna.logging.ERROR)
