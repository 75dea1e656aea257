"""
The sampler: a Temporal worker on the task queue `sampler` with the activities ask, tell and prune (contracts/modelling.ts).

Environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…; OPTUNA_STORAGE_URL (SQLAlchemy's form);
FORECASTLE_HEALTH_FILE, written once work is taken. SIGTERM ends it when the requests at hand are answered.
"""

import asyncio
import logging
import os
import pathlib
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Callable

import optuna
import sqlalchemy
from temporalio import activity
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

import studies
from failures import SamplerFailure, ServiceUnavailable
from storage import StudyStorage

TASK_QUEUE = "sampler"
THREADS = 4
#: The supervisor kills five seconds after SIGTERM.
GRACE = timedelta(seconds=4)

log = logging.getLogger("sampler")


class SamplerActivities:
    """The three activities over one storage."""

    def __init__(self, storage: StudyStorage) -> None:
        self._storage = storage

    @activity.defn(name="ask")
    def ask(self, request: Any) -> Any:
        return self._answer("ask", studies.ask, request)

    @activity.defn(name="tell")
    def tell(self, request: Any) -> Any:
        return self._answer("tell", studies.tell, request)

    @activity.defn(name="prune")
    def prune(self, request: Any) -> Any:
        return self._answer("prune", studies.prune, request)

    def _answer(self, name: str, function: Callable[[StudyStorage, Any], dict[str, Any]], request: Any) -> dict[str, Any]:
        began = time.perf_counter()
        study = request.get("study") if isinstance(request, dict) else None
        try:
            answer = function(self._storage, request)
        except SamplerFailure as failure:
            log.warning("%s study=%s refused: %s: %s", name, study, failure.code, failure)
            raise ApplicationError(str(failure), type=failure.code, non_retryable=not failure.retryable) from failure
        except (sqlalchemy.exc.DBAPIError, sqlalchemy.exc.TimeoutError, optuna.exceptions.StorageInternalError) as error:
            reason = first_line(error.__cause__ or error)
            log.warning("%s study=%s waits for PostgreSQL: %s", name, study, reason)
            raise ApplicationError(f"the sampler's PostgreSQL doesn't answer: {reason}", type=ServiceUnavailable.code) from error
        log.info("%s study=%s %s ms=%.0f", name, study, summary(name, answer), 1000 * (time.perf_counter() - began))
        return answer


def summary(name: str, answer: dict[str, Any]) -> str:
    """What a log line says about an answer."""
    if name == "ask":
        return "trials=" + ",".join(str(trial["number"]) for trial in answer["trials"])
    return " ".join(f"{key}={value}" for key, value in answer.items())


def first_line(error: BaseException) -> str:
    """Of the message: drivers write pages."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


async def until_it_works(what: str, attempt: Callable[[], Any], stopping: asyncio.Event) -> Any:
    """Tries until it works, at most five seconds apart; None when the process is to stop."""
    pause = 0.25
    while not stopping.is_set():
        try:
            return await attempt()
        except (RuntimeError, sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            log.warning("waiting for %s: %s", what, first_line(error))
        try:
            await asyncio.wait_for(stopping.wait(), pause)
        except asyncio.TimeoutError:
            pause = min(5.0, 2 * pause)
    return None


async def work(client: Client, storage: StudyStorage, stopping: asyncio.Event) -> None:
    """Takes work until told to stop."""
    activities = SamplerActivities(storage)
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="sampler") as threads:
        worker = Worker(
            client,
            task_queue=TASK_QUEUE,
            activities=[activities.ask, activities.tell, activities.prune],
            activity_executor=threads,
            max_concurrent_activities=THREADS,
            graceful_shutdown_timeout=GRACE,
        )
        running = asyncio.create_task(worker.run())
        stop = asyncio.create_task(stopping.wait())
        report_ready()
        await asyncio.wait([running, stop], return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await worker.shutdown()
        stop.cancel()
        await running


def report_ready() -> None:
    """On stdout for people, as a file for the supervisor."""
    print("sampler ready", flush=True)
    health = os.environ.get("FORECASTLE_HEALTH_FILE") or os.environ.get("FORECASTLE_SAMPLER_HEALTH")
    if health:
        pathlib.Path(health).write_text(f"{os.getpid()}\n", encoding="utf-8")


async def main() -> int:
    """Returns the exit code."""
    url = os.environ.get("OPTUNA_STORAGE_URL", "")
    if not url:
        log.error("OPTUNA_STORAGE_URL is not set: set it to postgresql+psycopg2://user:password@host:5432/optuna")
        return 2
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    # Variables only: a profile in the person's home must not lead to another server than the other processes use.
    settings = {"target_host": "127.0.0.1:7233", **ClientConfig.load_client_connect_config(disable_file=True)}
    storage = await until_it_works("PostgreSQL", lambda: asyncio.to_thread(StudyStorage, url), stopping)
    while not stopping.is_set():
        client = await until_it_works(f"Temporal at {settings['target_host']}", lambda: Client.connect(**settings), stopping)
        if client is None:
            break
        try:
            await work(client, storage, stopping)
        except RuntimeError as error:
            # The worker retries by itself; it ends only when Temporal refuses it, as while its namespace isn't there yet.
            log.warning("Temporal refused the worker: %s", first_line(error))
            await asyncio.sleep(1)
    if storage is not None:
        storage.close()
    log.info("sampler stopped")
    return 0


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    sys.exit(asyncio.run(main()))
