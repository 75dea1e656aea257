"""
Ask, tell and prune. Each is a function of the request and of what is stored, can be repeated without effect, and survives a kill
between any two statements: a trial and all its parameters are one transaction, and whatever is half told is told again.

The n-th trial's parameters depend on the seed, on n and on the stored trials below n, never on time, process or order of calls.
"""

import hashlib
import math
import statistics
from typing import Any, Mapping, Sequence

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

import payloads
import spaces
from failures import BadInput, Conflict, NotFound
from storage import StudyStorage

#: Before so many told trials TPE draws at random. Fewer would not help: beginning after 4 was no better than random at 8 trials
#: and worse than beginning after 10 at 20 and 40 (seven parameters, 30 seeds).
TPE_STARTUP_TRIALS = 10
#: The median rule waits for so many told trials.
PRUNE_STARTUP_TRIALS = 4

_SETTINGS_KEY = "forecastle"
_STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


def ask(storage: StudyStorage, request: Mapping[str, Any]) -> dict[str, Any]:
    """
    AskInput → AskResult: the parameters of the trials with these numbers, in the order of the request. A number that is stored
    gives what is stored; others must follow on without a gap. Trial 0 is `first`, its values moved into the space where they are
    outside. What `first` has beyond the space is fixed: every trial has it.
    """
    payloads.check("AskInput", request)
    distributions = spaces.to_distributions(request["space"])
    numbers: list[int] = request["numbers"]
    with storage.exclusive(request["study"]):
        study = _open_study(storage, request)
        trials = _stored_trials(study)
        for number in sorted(set(numbers)):
            if number < len(trials):
                continue
            if number > len(trials):
                raise BadInput(f"study {request['study']}: trial {number} is asked for, but {len(trials)} is the next one")
            parameters = _choose(number, trials, distributions, request)
            # One transaction: there is never a trial without its parameters.
            study.add_trial(optuna.create_trial(state=TrialState.RUNNING, params=parameters, distributions=dict(distributions)))
            trials = _stored_trials(study)
    fixed = {name: value for name, value in request["first"].items() if name not in distributions}
    return {"trials": [{"number": number, "parameters": {**fixed, **trials[number].params}} for number in numbers]}


def _open_study(storage: StudyStorage, request: Mapping[str, Any]) -> optuna.Study:
    study = optuna.create_study(storage=storage.optuna, study_name=request["study"], direction="minimize", load_if_exists=True)
    settings = {name: request[name] for name in ("sampler", "seed", "space", "first")}
    stored = study.user_attrs.get(_SETTINGS_KEY)
    if stored is None:
        study.set_user_attr(_SETTINGS_KEY, settings)
    elif stored != settings:
        different = [name for name in settings if stored.get(name) != settings[name]]
        raise Conflict(f"study {request['study']} was begun with another {', '.join(different)}: a study's name must change with its settings")
    return study


def _stored_trials(study: optuna.Study) -> list[FrozenTrial]:
    return sorted(study.get_trials(deepcopy=False), key=lambda trial: trial.number)


def _choose(number: int, below: Sequence[FrozenTrial], distributions: Mapping[str, BaseDistribution], request: Mapping[str, Any]) -> spaces.Parameters:
    """Samples in memory from a copy of the history, so that nothing is stored before all of it is known."""
    given: spaces.Parameters = {}
    if number == 0:
        given = {name: spaces.nearest(request["first"][name], found) for name, found in distributions.items() if name in request["first"]}
    elif request["sampler"] == "grid":
        return spaces.grid_point(number - 1, distributions, request["seed"])
    memory = optuna.create_study(direction="minimize", sampler=_sampler(request["sampler"], _seed(request["seed"], number)))
    # Those that run are in it as well: TPE takes them for bad, so that the trials of one generation spread out.
    memory.add_trials(below)
    if given:
        memory.enqueue_trial(given)
    return memory.ask(dict(distributions)).params


def _sampler(name: str, seed: int) -> BaseSampler:
    if name == "tpe":
        return TPESampler(seed=seed, multivariate=True, constant_liar=True, n_startup_trials=TPE_STARTUP_TRIALS)
    return RandomSampler(seed=seed)


def _seed(seed: int, number: int) -> int:
    """Of the trial's own: a sampler that was restarted draws on as if it had not been."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:4], "big")


def tell(storage: StudyStorage, request: Mapping[str, Any]) -> dict[str, Any]:
    """
    TellInput → TellResult: stores the scores per fold (step = index of the fold) and the end of each trial, in the order of their
    numbers. A trial that is told already stays as it is; another outcome for it is a Conflict.
    """
    payloads.check("TellInput", request)
    with storage.exclusive(request["study"]):
        study = _existing_study(storage, request["study"])
        stored = {trial.number: trial for trial in _stored_trials(study)}
        outcomes = sorted(request["trials"], key=lambda trial: trial["number"])
        for outcome in outcomes:
            _check_outcome(request["study"], outcome, stored.get(outcome["number"]))
        for outcome in outcomes:
            if not stored[outcome["number"]].state.is_finished():
                _tell_one(storage, study, outcome)
    return {"told": len(outcomes)}


def _check_outcome(study: str, outcome: Mapping[str, Any], stored: FrozenTrial | None) -> None:
    number = outcome["number"]
    if stored is None:
        raise NotFound(f"study {study} has no trial {number}: it was never asked for")
    if not stored.state.is_finished():
        return
    folds = [value for _, value in sorted(stored.intermediate_values.items())]
    values = [stored.value] if stored.state == TrialState.COMPLETE else []
    told = [outcome["value"]] if outcome["state"] == "complete" else []
    if stored.state != _STATES[outcome["state"]] or not _are_close(folds, outcome["folds"]) or not _are_close(values, told):
        raise Conflict(f"study {study}: trial {number} was told as {stored.state.name.lower()} {folds} and is now told as {outcome['state']} {outcome['folds']}")


def _are_close(some: Sequence[float], others: Sequence[float]) -> bool:
    return len(some) == len(others) and all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(some, others))


def _tell_one(storage: StudyStorage, study: optuna.Study, outcome: Mapping[str, Any]) -> None:
    number = outcome["number"]
    study_id = storage.optuna.get_study_id_from_name(study.study_name)
    trial_id = storage.optuna.get_trial_id_from_study_id_trial_number(study_id, number)
    for step, score in enumerate(outcome["folds"]):
        storage.optuna.set_trial_intermediate_value(trial_id, step, float(score))
    value = float(outcome["value"]) if outcome["state"] == "complete" else None
    # The end comes last: until then the trial counts as running and is told again.
    study.tell(number, value, state=_STATES[outcome["state"]])


def prune(storage: StudyStorage, request: Mapping[str, Any]) -> dict[str, Any]:
    """
    PruneInput → PruneResult: which of the running trials should stop. `median`: those whose score at their last fold is above the
    median of the told trials' scores at that fold; never before four trials are told. Only trials below the running generation
    count, complete or pruned, so the answer is the same whoever asks when. Stores nothing.
    """
    payloads.check("PruneInput", request)
    running = [trial for trial in request["trials"] if trial["folds"]]
    if request["pruner"] == "none" or not running:
        return {"stop": []}
    study = _existing_study(storage, request["study"])
    generation = min(trial["number"] for trial in request["trials"])
    told = [
        trial.intermediate_values
        for trial in _stored_trials(study)
        if trial.number < generation and trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
    ]
    if len(told) < PRUNE_STARTUP_TRIALS:
        return {"stop": []}
    stop = []
    for trial in running:
        step = len(trial["folds"]) - 1
        others = [scores[step] for scores in told if step in scores]
        if others and trial["folds"][step] > statistics.median(others):
            stop.append(trial["number"])
    return {"stop": sorted(stop)}


def _existing_study(storage: StudyStorage, name: str) -> optuna.Study:
    try:
        return optuna.load_study(study_name=name, storage=storage.optuna)
    except KeyError as error:
        raise NotFound(f"no study {name}: nothing was asked of it") from error
