-- Up Migration
-- What the rules of a run's pipeline file found, also where they blocked the run.
create table validation_results (
  run_id      text not null,
  position    integer not null,
  pipeline    text not null,
  snapshot    text collate "C" not null,
  rule        text not null,
  kind        text not null,
  column_name text,
  severity    text not null check (severity in ('warn', 'block')),
  holds       boolean not null,
  found       text not null,
  broken      bigint not null,
  rows        bigint not null,
  examples    json not null,
  at          timestamptz not null default clock_timestamp(),
  primary key (run_id, position)
);
create index validation_results_by_pipeline on validation_results (pipeline, at);

-- Lineage events on their way to whoever follows them elsewhere. What was sent stays a while, so that a repeated event is known.
create table openlineage_outbox (
  id         bigint generated always as identity primary key,
  key        text collate "C" not null unique,
  event      json not null,
  added_at   timestamptz not null default clock_timestamp(),
  attempts   integer not null default 0,
  last_error text,
  sent_at    timestamptz,
  parked_at  timestamptz,
  check (sent_at is null or parked_at is null)
);
create index openlineage_outbox_waiting on openlineage_outbox (id) where sent_at is null and parked_at is null;

-- Down Migration
drop table openlineage_outbox, validation_results;
