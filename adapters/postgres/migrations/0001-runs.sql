-- Up Migration
create table runs (
  run_id       text collate "C" primary key,
  pipeline     text not null,
  status       text not null check (status in ('running', 'done', 'failed', 'cancelled')),
  actor        text not null,
  cutoff       text,
  requested_at timestamptz not null,
  finished_at  timestamptz,
  input        json not null,
  result       json,
  error        text,
  code         text
);
create index runs_by_time on runs (requested_at desc);
create index runs_by_pipeline on runs (pipeline, requested_at desc);

-- No foreign key to runs: a step's work must not fail for the bookkeeping of its run.
create table steps (
  run_id     text collate "C" not null,
  step       text not null,
  status     text not null check (status in ('waiting', 'running', 'done', 'cached', 'skipped', 'failed', 'cancelled')),
  started_at timestamptz,
  seconds    double precision,
  attempt    integer,
  note       text,
  error      text,
  primary key (run_id, step)
);

-- `json`, not `jsonb`: what a cached step returns is byte for byte what it returned the first time.
create table step_cache (
  key       text collate "C" primary key,
  step      text not null,
  outputs   json not null,
  stored_at timestamptz not null default now()
);

create table embedding_sets (
  encoder    text not null,
  sha256     text not null,
  uri        text not null,
  bytes      bigint not null,
  media_type text not null,
  count      bigint not null,
  added_at   timestamptz not null default clock_timestamp(),
  primary key (encoder, sha256)
);

create table snapshots (
  pipeline  text not null,
  digest    text collate "C" not null,
  snapshot  json not null,
  stored_at timestamptz not null default clock_timestamp(),
  primary key (pipeline, digest)
);
create index snapshots_by_digest on snapshots (digest);

-- Down Migration
drop table snapshots, embedding_sets, step_cache, steps, runs;
