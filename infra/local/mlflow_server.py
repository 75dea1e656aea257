"""Runs `mlflow server` in this very process.

MLflow's command starts uvicorn as a child of its own. The supervisor wants the process it started to be the server: half
the memory, one import instead of two, and a kill that hits the server and not its parent.
"""

import os
import sys

import mlflow.server
from mlflow.cli import cli
from uvicorn.main import main as uvicorn


def serve_here(command, *, extra_env, **_):
    # [python, "-m", "uvicorn", ...]
    os.environ.update(extra_env)
    sys.exit(uvicorn.main(args=command[3:], standalone_mode=False))


mlflow.server._exec_cmd = serve_here
cli(["server", *sys.argv[1:]])
