"""Search spaces: from the pipeline file's form to Optuna's distributions, and to a grid."""

import math
import random
from typing import Any, Mapping

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from failures import BadInput

Value = str | float | int | bool
Parameters = dict[str, Value]

#: A range has no points of its own: the grid takes this many of it, both ends included, evenly spaced (evenly in the
#: logarithm with `log`). An int range gives the nearest whole numbers, each once; a choice gives all its values.
GRID_POINTS_PER_RANGE = 5
LARGEST_GRID = 100_000


def to_distributions(space: Mapping[str, Any]) -> dict[str, BaseDistribution]:
    """Sorted by name: the order decides which random number goes to which parameter, and JSON objects have none."""
    return {name: _to_distribution(name, space[name]) for name in sorted(space)}


def _to_distribution(name: str, described: Mapping[str, Any]) -> BaseDistribution:
    try:
        if "choice" in described:
            return CategoricalDistribution(described["choice"])
        log = described.get("log", False)
        if "int" in described:
            low, high = (int(end) for end in described["int"])
            return IntDistribution(low, high, log=log)
        low, high = (float(end) for end in described["float"])
        return FloatDistribution(low, high, log=log)
    except ValueError as error:
        raise BadInput(f"space.{name}: {error}") from error


def nearest(value: Value, distribution: BaseDistribution) -> Value:
    """The value itself where the distribution has it; else the nearest end of the range, or the first choice."""
    if isinstance(distribution, CategoricalDistribution):
        # By type too: Python takes True and 1 for equal, a pipeline file doesn't.
        same = [choice for choice in distribution.choices if choice == value and isinstance(choice, bool) == isinstance(value, bool)]
        return same[0] if same else distribution.choices[0]
    assert isinstance(distribution, (IntDistribution, FloatDistribution))
    if isinstance(value, (str, bool)):
        return distribution.low
    inside = min(distribution.high, max(distribution.low, value))
    return round(inside) if isinstance(distribution, IntDistribution) else float(inside)


def grid_point(index: int, distributions: Mapping[str, BaseDistribution], seed: int) -> Parameters:
    """
    The `index`-th point of the grid in an order shuffled by the seed, so that a budget smaller than the grid sees all of the
    space; beyond the last point it begins again. Not Optuna's GridSampler: that one keeps which points were visited in attributes
    written after the trial, so a kill between the two would lose a point.
    """
    axes = {name: _grid_axis(distribution) for name, distribution in distributions.items()}
    size = math.prod(len(axis) for axis in axes.values())
    if size > LARGEST_GRID:
        raise BadInput(f"the grid has {size:,} points, more than {LARGEST_GRID:,}: fix parameters in search.space, or set search.sampler to tpe")
    order = list(range(size))
    random.Random(seed).shuffle(order)
    position = order[index % size]
    point: Parameters = {}
    for name, axis in axes.items():
        position, step = divmod(position, len(axis))
        point[name] = axis[step]
    return point


def _grid_axis(distribution: BaseDistribution) -> list[Value]:
    if isinstance(distribution, CategoricalDistribution):
        return list(distribution.choices)
    assert isinstance(distribution, (IntDistribution, FloatDistribution))
    low, high = distribution.low, distribution.high
    if low == high:
        return [low]
    shares = [step / (GRID_POINTS_PER_RANGE - 1) for step in range(GRID_POINTS_PER_RANGE)]
    points = [low * (high / low) ** share if distribution.log else low + (high - low) * share for share in shares]
    # Rounding may lead a hair over the ends.
    points = [min(high, max(low, point)) for point in points]
    return sorted({round(point) for point in points}) if isinstance(distribution, IntDistribution) else points
