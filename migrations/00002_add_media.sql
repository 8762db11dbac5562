-- +goose Up
-- An asset is one uploaded source and all that was made of it.
CREATE TABLE assets (
    id              uuid PRIMARY KEY, -- made by the client
    institution_id  uuid NOT NULL REFERENCES institutions,
    uploaded_by     uuid REFERENCES accounts ON DELETE SET NULL,
    kind            text NOT NULL CHECK (kind IN ('video', 'image')),
    filename        text NOT NULL CHECK (length(filename) BETWEEN 1 AND 255),
    size            bigint NOT NULL CHECK (size > 0),
    state           text NOT NULL DEFAULT 'uploading'
                    CHECK (state IN ('uploading', 'checking', 'transcoding', 'ready', 'failed')),
    -- playable is true from the first published renditions on, before the state is 'ready'.
    playable        boolean NOT NULL DEFAULT false,
    progress        real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    failure_code    text NOT NULL DEFAULT '',
    sha256          bytea, -- of the source as it was received
    source_key      text NOT NULL DEFAULT '',
    probe           jsonb, -- what the check learnt of the source, for the transcode
    duration_ms     bigint NOT NULL DEFAULT 0,
    width           int NOT NULL DEFAULT 0, -- as shown: after rotation and with square pixels
    height          int NOT NULL DEFAULT 0,
    has_audio       boolean NOT NULL DEFAULT false,
    -- Whole files beside the renditions: name → {key, type, bytes, tag}; poster.webp, storyboard.webp, offline.mp4, image.webp …
    files           jsonb NOT NULL DEFAULT '{}',
    storyboard      jsonb, -- {columns, rows, intervalMs, width, height, count}
    generation      int NOT NULL DEFAULT 0, -- raised by each attempt to work on it; a worker of an older one may write no more
    worked_at       timestamptz, -- the sign of life of the worker that has it
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    deleted_at      timestamptz
);
CREATE INDEX assets_institution ON assets (institution_id, created_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX assets_unfinished ON assets (worked_at) WHERE state IN ('checking', 'transcoding');

-- What an unfinished upload has in the object store: whole parts, and a tail shorter than a part. The multipart id is
-- kept here since S3 servers do not list unfinished uploads reliably.
CREATE TABLE uploads (
    asset_id     uuid PRIMARY KEY REFERENCES assets ON DELETE CASCADE,
    object_key   text NOT NULL,
    multipart_id text NOT NULL DEFAULT '',
    parts        text[] NOT NULL DEFAULT '{}', -- the ETags, part 1 first; all parts but the last have the same size
    parts_bytes  bigint NOT NULL DEFAULT 0,
    tail_bytes   bigint NOT NULL DEFAULT 0,
    hash_state   bytea NOT NULL DEFAULT '', -- of SHA-256 over the parts
    expires_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX uploads_expires_at ON uploads (expires_at);

-- One rendition is one object; segment i is the bytes from segment_offsets[i] to segment_offsets[i+1], and what lies
-- before the first is the init segment.
CREATE TABLE renditions (
    asset_id          uuid NOT NULL REFERENCES assets ON DELETE CASCADE,
    name              text NOT NULL, -- opus16, aac24, aac64, slides, 144p … 720p
    kind              text NOT NULL CHECK (kind IN ('audio', 'video')),
    codecs            text NOT NULL,
    width             int NOT NULL DEFAULT 0,
    height            int NOT NULL DEFAULT 0,
    frame_rate        real NOT NULL DEFAULT 0,
    bandwidth         int NOT NULL, -- bits per second, measured peak over segments of 1 s and more
    average_bandwidth int NOT NULL,
    bytes             bigint NOT NULL,
    generation        int NOT NULL, -- part of every segment's address, so that an address never changes its content
    object_key        text NOT NULL,
    segment_offsets   bigint[] NOT NULL,
    segment_ms        int[] NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (asset_id, name)
);

CREATE TABLE captions (
    asset_id   uuid NOT NULL REFERENCES assets ON DELETE CASCADE,
    lang       text NOT NULL CHECK (length(lang) BETWEEN 2 AND 35), -- BCP 47; zh-Latn-pinyin for pinyin
    label      text NOT NULL DEFAULT '' CHECK (length(label) <= 80),
    cues       jsonb NOT NULL, -- [{id, startMs, endMs, text}]
    version    int NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (asset_id, lang)
);

-- Objects to delete from the store. A row is written before the objects are, and taken away in the transaction that
-- publishes them, so that a worker may die anywhere and leave nothing behind for good.
CREATE TABLE stray_objects (
    key_prefix text PRIMARY KEY,
    asset_id   uuid, -- with generation: not stray while that worker is at work
    generation int,
    created_at timestamptz NOT NULL DEFAULT now()
);
