-- Up Migration
create table candidates (
  pipeline       text not null,
  digest         text collate "C" not null,
  version        integer not null check (version > 0),
  run_id         text not null,
  snapshot       text not null,
  recipe         json not null,
  metrics        json not null,
  report         json not null,
  forecasts      json not null,
  evidence       json not null,
  mlflow_run_id  text not null,
  mlflow_version text not null,
  created_at     timestamptz not null,
  primary key (pipeline, digest),
  unique (pipeline, version)
);
create index candidates_by_digest on candidates (digest);

create table proposals (
  id          text collate "C" primary key,
  pipeline    text not null,
  candidate   text not null,
  version     integer not null,
  run_id      text not null,
  evidence    json not null,
  gates       json not null,
  status      text not null check (status in ('open', 'approved', 'rejected', 'expired', 'superseded', 'blocked')),
  proposed_by text not null,
  proposed_at timestamptz not null,
  expires_at  timestamptz not null,
  quorum      integer not null check (quorum > 0),
  unique (pipeline, candidate)
);
create index proposals_by_time on proposals (pipeline, proposed_at desc);

-- The record of who did what. Each row carries the hash of the one before: what was changed later shows (audit.ts has the formula).
create table audit (
  seq           bigint primary key check (seq > 0),
  at            timestamptz(3) not null,
  actor         text not null,
  action        text not null,
  subject       text not null,
  reason        text not null,
  detail        json not null,
  previous_hash text not null,
  hash          text not null
);
create index audit_by_subject on audit (subject, seq);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit table is append-only: % is refused', lower(tg_op) using errcode = 'restrict_violation';
end
$$;
create trigger audit_rows_stay before update or delete on audit for each row execute function refuse_audit_change();
create trigger audit_stays before truncate on audit for each statement execute function refuse_audit_change();

create table decisions (
  proposal_id text collate "C" not null references proposals (id),
  actor       text not null,
  verdict     text not null check (verdict in ('approve', 'reject')),
  reason      text not null,
  evidence    json not null,
  audit_seq   bigint not null references audit (seq),
  primary key (proposal_id, actor, verdict)
);

create table champions (
  proposal_id text collate "C" primary key,
  pipeline    text not null,
  candidate   text not null,
  version     integer not null,
  since       timestamptz(3) not null,
  until       timestamptz(3),
  by          text not null,
  reason      text not null,
  check (until is null or until > since)
);
create unique index one_champion_at_a_time on champions (pipeline) where until is null;
create index champions_by_time on champions (pipeline, since);

-- Down Migration
drop table champions, decisions, audit, proposals, candidates;
drop function refuse_audit_change;
