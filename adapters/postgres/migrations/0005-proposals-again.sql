-- Up Migration
-- A candidate whose proposal expired, was superseded, or was measured against other gates may be proposed again.
alter table proposals drop constraint proposals_pipeline_candidate_key;
create index proposals_by_candidate on proposals (pipeline, candidate);

-- Down Migration
drop index proposals_by_candidate;
alter table proposals add unique (pipeline, candidate);
