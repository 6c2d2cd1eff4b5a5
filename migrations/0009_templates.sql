-- The method that a board began with, by its id in server/board/templates; null: none, or none that is known.
ALTER TABLE board ADD COLUMN template text CHECK (template ~ '^[a-z0-9-]{1,40}$');
