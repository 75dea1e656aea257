"""The same cleaning and the same features by Polars: reads sales by month, writes origins by month, prints what it cost.

Outlier limits are those of the product: quartiles of the 364 days before, once eight are known and they vary, upper side, factor 3, clipped.
"""
import json
import math
import resource
import shutil
import sys
import time

import polars as pl

source, out = sys.argv[1], sys.argv[2]
shutil.rmtree(out, ignore_errors=True)
started, cpu = time.time(), time.process_time()
S, F = 'series', pl.Float32

sums = (
    pl.scan_parquet(f'{source}/*.parquet').filter('kept')
    .group_by(S, ds=pl.col('time').dt.date())
    .agg(
        y_raw=pl.col('target').sum(),
        paid=(pl.col('target') * pl.col('price')).filter(pl.col('target') > 0).sum() / pl.col('target').filter(pl.col('target') > 0).sum(),
    )
    .sort(S, 'ds')
)
before = pl.col('y_raw').shift(1)
quartile = lambda q: before.rolling_quantile(q, 'linear', window_size=364, min_samples=8).over(S)
q1, q3 = pl.col('q1'), pl.col('q3')
limit = q3 + 3 * (q3 - q1)
panel = (
    sums.with_columns(q1=quartile(0.25), q3=quartile(0.75), price=pl.col('paid').fill_nan(None).forward_fill().over(S))
    .with_columns(y=pl.when((q3 > q1) & (pl.col('y_raw') > limit)).then(limit).otherwise(pl.col('y_raw')))
    .select(S, 'ds', 'y_raw', 'y', 'price')
    .collect()
)

y, p = pl.col('y'), pl.col('price')
lag = lambda k: y.shift(k).over(S)
mean = lambda w: y.rolling_mean(w, min_samples=1).over(S)
columns = [lag(k).cast(F).alias(f'lag_{k}') for k in range(16)]
for w in (7, 14, 28, 56):
    columns += [
        mean(w).cast(F).alias(f'mean_{w}'),
        y.rolling_std(w, min_samples=2).over(S).cast(F).alias(f'std_{w}'),
        y.rolling_max(w, min_samples=1).over(S).cast(F).alias(f'max_{w}'),
        (y == 0).cast(pl.Float64).rolling_mean(w, min_samples=1).over(S).cast(F).alias(f'zero_share_{w}'),
    ]
weights = [0.7 ** k for k in range(16)]
known = pl.sum_horizontal(*[pl.when(pl.col('age') >= k).then(weight).otherwise(0.0) for k, weight in enumerate(weights)])
weighted = pl.sum_horizontal(*[lag(k).fill_null(0) * weight for k, weight in enumerate(weights)])
angle = 2 * math.pi * (pl.col('ds') + pl.duration(days=1)).dt.ordinal_day() / 365.25
last_sale = pl.when(pl.col('y_raw') > 0).then(pl.col('age')).forward_fill().over(S)

market = (
    panel.lazy().group_by('ds').agg(total=pl.col('y').sum()).sort('ds')
    .with_columns(recent=pl.col('total').rolling_sum(7, min_samples=1), mean28=pl.col('total').rolling_mean(28, min_samples=1), mean7=pl.col('total').rolling_mean(7, min_samples=1))
    .with_columns(
        *[(pl.col('total').shift(k) / pl.col('mean28')).cast(F).alias(f'market_{k}') for k in range(4)],
        market_ratio=(pl.col('mean7') / pl.col('total').shift(7).rolling_mean(28, min_samples=1)).cast(F),
    )
    .select('ds', 'recent', 'market_0', 'market_1', 'market_2', 'market_3', 'market_ratio')
)
origins = (
    panel.lazy()
    .with_columns(age=pl.int_range(pl.len()).over(S))
    .with_columns(
        *columns,
        ewm=(weighted / known).cast(F),
        momentum=(y / mean(7)).cast(F),
        trend=(mean(7) / mean(28)).cast(F),
        mean_all=(y.cum_sum() / y.cum_count()).over(S).cast(F),
        since_sale=(pl.col('age') - last_sale).cast(F),
        price_log=pl.when(p > 0).then(p.log()).cast(F),
        price_relative=(p / p.rolling_mean(13, min_samples=1)).over(S).cast(F),
        sold_7=y.rolling_sum(7, min_samples=1).over(S),
        season_sin_1=angle.sin().cast(F), season_cos_1=angle.cos().cast(F),
        weekday_1=(pl.col('ds') + pl.duration(days=1)).dt.weekday().cast(F),
        last_week_1=lag(6).cast(F), last_year_1=lag(363).cast(F),
        y_1=lag(-1).cast(F), a_1=pl.col('y_raw').shift(-1).over(S).cast(F),
    )
    .join(market, on='ds', how='left', maintain_order='left')
    .with_columns(share=(pl.col('sold_7') / pl.col('recent')).cast(F), age=pl.col('age').cast(F), month=pl.col('ds').dt.truncate('1mo'))
    .drop('y', 'y_raw', 'price', 'sold_7', 'recent')
    .rename({'ds': 'origin'})
    .collect()
)
origins.write_parquet(out, compression='zstd', partition_by=['month'])
print(json.dumps({
    'seconds': time.time() - started, 'cpuSeconds': time.process_time() - cpu, 'rows': origins.height,
    'columns': origins.width - 3, 'peakMiB': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'polars': pl.__version__,
}))
