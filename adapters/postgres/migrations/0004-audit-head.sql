-- Up Migration
-- The end of the chain, so that a record whose last rows were taken away does not pass for whole.
create table audit_head (
  only_row boolean primary key default true check (only_row),
  seq      bigint not null,
  hash     text not null
);
insert into audit_head (seq, hash)
  select seq, hash from (select seq, hash from audit union all select 0, repeat('0', 64)) as rows_and_start order by seq desc limit 1;

-- `always`: not even a session that poses as a replica passes them.
alter table audit enable always trigger audit_rows_stay;
alter table audit enable always trigger audit_stays;

-- What each migration said when it was applied (migrate.ts): one that is edited afterwards is refused.
alter table schema_migrations add column sha256 text;

-- Down Migration
alter table schema_migrations drop column sha256;
alter table audit enable trigger audit_rows_stay;
alter table audit enable trigger audit_stays;
drop table audit_head;
