-- Up Migration
create table forecast_sets (
  id              integer generated always as identity primary key,
  pipeline        text not null,
  candidate       text not null,
  quantile_levels double precision[] not null,
  replaced_at     timestamptz not null default clock_timestamp(),
  unique (pipeline, candidate)
);

create table forecasts (
  set_id    integer not null references forecast_sets (id) on delete cascade,
  series    text collate "C" not null,
  ds        date not null,
  y_hat     double precision not null,
  quantiles double precision[] not null,
  primary key (set_id, series, ds)
);

create table lineage_edges (
  output_kind text not null,
  output_id   text collate "C" not null,
  input_kind  text not null,
  input_id    text collate "C" not null,
  run_id      text not null,
  by          text not null,
  primary key (output_id, output_kind, input_id, input_kind, run_id, by)
);
create index lineage_edges_by_input on lineage_edges (input_id, input_kind);

-- Down Migration
drop table lineage_edges, forecasts, forecast_sets;
