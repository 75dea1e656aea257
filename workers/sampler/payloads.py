"""Requests are checked against contracts/sampler.schema.json, which the TypeScript side is tested against too."""

import functools
import json
import math
import pathlib
from typing import Any

import jsonschema

from failures import BadInput

SCHEMA_FILE = pathlib.Path(__file__).resolve().parents[2] / "contracts" / "sampler.schema.json"


@functools.cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"})


def check(name: str, payload: Any) -> None:
    """Raises BadInput with the place and the reason, e.g. `AskInput $.numbers[0]: -1 is less than the minimum of 0`."""
    error = jsonschema.exceptions.best_match(_validator(name).iter_errors(payload))
    if error is not None:
        raise BadInput(f"{name} {error.json_path}: {error.message[:300]}")
    _refuse_infinite(name, "$", payload)


def _refuse_infinite(name: str, path: str, payload: Any) -> None:
    """JSON has no NaN and no Infinity, but Python's parser takes them."""
    if isinstance(payload, float) and not math.isfinite(payload):
        raise BadInput(f"{name} {path}: {payload} is not a finite number")
    if isinstance(payload, dict):
        for key, value in payload.items():
            _refuse_infinite(name, f"{path}.{key}", value)
    if isinstance(payload, list):
        for index, value in enumerate(payload):
            _refuse_infinite(name, f"{path}[{index}]", value)
