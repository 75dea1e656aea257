-- Up Migration
-- Texts were all that could be embedded.
update steps set step = 'embed:text' where step = 'embed';

-- Down Migration
update steps set step = 'embed' where step = 'embed:text';
