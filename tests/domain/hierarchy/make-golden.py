"""Reconciled forecasts of Online Retail (UCI, CC BY 4.0) by Nixtla's hierarchicalforecast, to compare ours with.

pip install hierarchicalforecast==1.5.3 numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1
python make-golden.py examples/online-retail/data/online_retail.parquet > golden.json

Weekly units of six products in four countries, levels total, product and country (crossed, so not nested), and the products' first digit
above the products for a nested hierarchy. Base forecasts: exponential smoothing with another constant on each level, so that they do not add up.
"""
import json
import sys
import importlib.metadata as versions

import numpy as np
import pandas as pd
from hierarchicalforecast.methods import BottomUp, MinTrace, TopDown

countries = ["EIRE", "France", "Germany", "United Kingdom"]
rows = pd.read_parquet(sys.argv[1])
rows = rows[(rows.Quantity > 0) & rows.Country.isin(countries) & rows.StockCode.astype(str).str.fullmatch(r"\d{5}[A-Z]?")]
week = rows.InvoiceDate.dt.to_period("W-SUN").dt.start_time
grid = rows.assign(week=week)[(week >= "2010-12-06") & (week < "2011-11-28")].groupby(["StockCode", "Country", "week"]).Quantity.sum()
reach = grid.groupby(level=[0, 1]).size().unstack().min(axis=1).sort_values(ascending=False)
products = sorted(reach.index[:6])
weeks = pd.date_range("2010-12-06", "2011-11-21", freq="7D")
series = [(product, country) for product in products for country in countries]
y_bottom = np.array([[float(grid.get((p, c, w), 0)) for w in weeks] for p, c in series])
labels = {"product": [p for p, _ in series], "country": [c for _, c in series], "family": [p[:2] for p, _ in series]}


def smoothed(y, alpha):
    fitted = np.zeros_like(y)
    level = y[:, 0].copy()
    for t in range(y.shape[1]):
        fitted[:, t] = level
        level = level + alpha * (y[:, t] - level)
    return fitted, level


def case(levels):
    summing, alphas = [], []
    for number, level in enumerate(levels):
        keys = [""] * len(series) if level == "total" else labels[level]
        for key in sorted(set(keys)):
            summing.append([1.0 if k == key else 0.0 for k in keys])
            alphas.append(0.1 + 0.15 * number)
    S = np.vstack([np.array(summing), np.eye(len(series))])
    alphas = np.array(alphas + [0.6] * len(series))
    y = S @ y_bottom
    fitted, last = smoothed(y, alphas)
    steps = 3
    y_hat = np.round(np.column_stack([last * (1 + 0.05 * k * alphas) for k in range(steps)]), 3)
    fitted = np.round(fitted, 2)
    n_nodes = len(summing)
    idx_bottom = np.arange(n_nodes, S.shape[0])
    out = {}
    methods = {"mint-ols": "ols", "mint-wls-structural": "wls_struct", "mint-wls-variance": "wls_var", "mint-shrink": "mint_shrink"}
    for ours, theirs in methods.items():
        out[ours] = MinTrace(method=theirs).fit_predict(S=S, y_hat=y_hat, y_insample=y, y_hat_insample=fitted)["mean"]
    out["bottom-up"] = BottomUp().fit_predict(S=S, y_hat=y_hat)["mean"]
    for ours, theirs in {"top-down-average-proportions": "average_proportions", "top-down-proportion-of-averages": "proportion_averages"}.items():
        if levels[0] == "total":
            out[ours] = TopDown(method=theirs).fit_predict(S=S, y_hat=y_hat, y_insample=y, tags=None)["mean"]
    return {"levels": levels, "base": y_hat.tolist(), "residuals": np.round(y - fitted, 2).tolist(), "reconciled": {k: v.tolist() for k, v in out.items()}}


print(json.dumps({
    "madeWith": {name: versions.version(name) for name in ["hierarchicalforecast", "numpy", "pandas"]},
    "labels": labels, "history": y_bottom.tolist(),
    "cases": {"crossed": case(["total", "product", "country"]), "nested": case(["total", "family", "product"])},
}, separators=(",", ":")))
