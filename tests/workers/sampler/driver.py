"""
For tests: answers one JSON line per request line, `{"call": "ask", "input": {…}}` → `{"ok": …}` or `{"code": …, "message": …}`.
With `"killBeforeWrite": n` the request is answered by a child process that kills itself before its n-th write or commit, from 0 on;
when that happened the answer is `{"code": "Killed", …}`.
"""

import json
import os
import pathlib
import signal
import sys

import sqlalchemy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "workers" / "sampler"))
sys.dont_write_bytecode = True

import payloads  # noqa: E402
import studies  # noqa: E402
from failures import SamplerFailure  # noqa: E402
from storage import StudyStorage  # noqa: E402

CALLS = {"ask": (studies.ask, "AskResult"), "tell": (studies.tell, "TellResult"), "prune": (studies.prune, "PruneResult")}

storage = StudyStorage(os.environ["OPTUNA_STORAGE_URL"])
statements_left = -1


@sqlalchemy.event.listens_for(storage.optuna.engine, "before_cursor_execute")
def count_statement(_connection, _cursor, statement, *_rest):
    kill_if_last(statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")))


@sqlalchemy.event.listens_for(storage.optuna.engine, "commit")
def count_commit(_connection):
    kill_if_last(True)


def kill_if_last(counts):
    global statements_left
    if not counts or statements_left < 0:
        return
    if statements_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    statements_left -= 1


def answer(request):
    function, result = CALLS[request["call"]]
    try:
        found = function(storage, request["input"])
        payloads.check(result, found)
        reply = {"ok": found}
    except SamplerFailure as failure:
        reply = {"code": failure.code, "message": str(failure)}
    print(json.dumps(reply), flush=True)


def answer_in_child(request, kill_before_write):
    global statements_left
    child = os.fork()
    if child == 0:
        # Connections of its own: the parent's must not end with it.
        storage.optuna.engine.dispose(close=False)
        storage._lock_engine.dispose(close=False)
        statements_left = kill_before_write
        answer(request)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        print(json.dumps({"code": "Killed", "message": f"killed before write {kill_before_write}"}), flush=True)


print(json.dumps({"ok": "ready"}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if "killBeforeWrite" in asked:
        answer_in_child(asked, asked["killBeforeWrite"])
    else:
        answer(asked)
