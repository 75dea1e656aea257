-- Up Migration
-- Parts of another form than before, which are found by the keys they hold. They are a cache: what is gone is embedded again.
delete from embedding_sets;
alter table embedding_sets add column first_key text collate "C" not null, add column last_key text collate "C" not null;

-- Down Migration
delete from embedding_sets;
alter table embedding_sets drop column first_key, drop column last_key;
