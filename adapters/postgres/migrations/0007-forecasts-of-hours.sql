-- Up Migration
-- `2011-10-03`, for hours `2011-10-03T14:00`: both sort as texts.
alter table forecasts alter column ds type text collate "C" using ds::text;

-- Down Migration
alter table forecasts alter column ds type date using ds::date;
