"""Writes golden.json: what Python's lightgbm predicts on a small data set. `python make-golden.py > golden.json`, lightgbm 4.7.0 and numpy."""
import json

import lightgbm
import numpy

rows, columns = 120, 3
random = numpy.random.RandomState(3)
values = numpy.round(random.rand(rows, columns), 3).astype("float32")
values[::7, 1] = numpy.nan
labels = numpy.round(3 * values[:, 0] + numpy.nan_to_num(values[:, 1]) + random.rand(rows), 3).astype("float32")
weights = numpy.round(0.5 + random.rand(rows), 3).astype("float32")
base = dict(num_leaves=7, learning_rate=0.1, min_data_in_leaf=5, max_bin=63, seed=7, deterministic=True, force_col_wise=True, num_threads=1, verbosity=-1)
models = {}
for name, objective in {"l1": dict(objective="regression_l1"), "tweedie": dict(objective="tweedie"), "q0.9": dict(objective="quantile", alpha=0.9)}.items():
    parameters = {**base, **objective}
    data = lightgbm.Dataset(values, labels, weight=weights, params=parameters, feature_name=["a", "b", "c"])
    booster = lightgbm.train(parameters, data, 20)
    models[name] = dict(
        predictions=booster.predict(values).tolist(),
        contributions=booster.predict(values[:5], pred_contrib=True).ravel().tolist(),
        gain=booster.feature_importance("gain").tolist(),
    )
column = [None if numpy.isnan(v) else round(float(v), 3) for v in values.T.ravel()]
print(json.dumps(dict(
    lightgbm=lightgbm.__version__, rows=rows, columns=column, labels=[round(float(v), 3) for v in labels],
    weights=[round(float(v), 3) for v in weights], parameters=base, models=models,
)))
