-- +goose Up
-- Chapters of a video in their order, [{startMs, title}]; the film of a class has one for each page that was shown for a while.
-- An empty title is a page without one.
ALTER TABLE assets ADD COLUMN chapters jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(chapters) = 'array');
