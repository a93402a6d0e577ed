-- The embedded store: gate, journal and ledger in one file, so that a grant and its journal record
-- are one transaction. Names are compared byte by byte (BINARY, SQLite's default collation). Times are milliseconds
-- since 1970, UTC.

-- What the file says of itself. 'identity' is the server identity that the gate's home is compared with.
CREATE TABLE store_meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO store_meta (key, value) VALUES ('identity', lower(hex(randomblob(16))));

-- Gate ---------------------------------------------------------------------------------------------------------------
CREATE TABLE gate_coupons (
  code            TEXT    PRIMARY KEY,
  home            TEXT    NOT NULL DEFAULT '',   -- identity approved to serve; '' while fenced
  epoch           INTEGER NOT NULL DEFAULT 0,
  state           TEXT    NOT NULL DEFAULT 'CLOSED',
  opens_ms        INTEGER NOT NULL DEFAULT 0,
  ends_ms         INTEGER NOT NULL DEFAULT 0,
  quota           INTEGER NOT NULL DEFAULT 0,
  version         INTEGER NOT NULL DEFAULT 0,
  seq             INTEGER NOT NULL DEFAULT 0,    -- highest rank given
  held            INTEGER NOT NULL DEFAULT 0,    -- rows of gate_grants, kept by the triggers below
  pending         INTEGER NOT NULL DEFAULT 0,
  building_epoch  INTEGER NOT NULL DEFAULT 0,    -- token of the rebuild in hand
  building_server TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE gate_grants (
  code         TEXT    NOT NULL,
  member       TEXT    NOT NULL,
  grant_id     BLOB    NOT NULL,
  rank         INTEGER NOT NULL,
  issued_ms    INTEGER NOT NULL,
  key_hash     INTEGER NOT NULL DEFAULT 0,
  pending      INTEGER NOT NULL DEFAULT 0,
  due_ms       INTEGER NOT NULL DEFAULT 0,       -- next attempt to publish, while pending
  merged_epoch INTEGER NOT NULL DEFAULT 0,       -- the rebuild that merged it from the ledger
  PRIMARY KEY (code, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX gate_grants_due ON gate_grants (code, due_ms) WHERE pending = 1;

CREATE TRIGGER gate_grants_in AFTER INSERT ON gate_grants BEGIN
  UPDATE gate_coupons SET held = held + 1, pending = pending + new.pending WHERE code = new.code;
END;
CREATE TRIGGER gate_grants_out AFTER DELETE ON gate_grants BEGIN
  UPDATE gate_coupons SET held = held - 1, pending = pending - old.pending WHERE code = old.code;
END;
CREATE TRIGGER gate_grants_pending AFTER UPDATE OF pending ON gate_grants WHEN old.pending <> new.pending BEGIN
  UPDATE gate_coupons SET pending = pending + new.pending - old.pending WHERE code = new.code;
END;

-- Journal ------------------------------------------------------------------------------------------------------------
CREATE TABLE journal (
  offset       INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused, also after the tail was trimmed
  timestamp_ms INTEGER NOT NULL,
  key          TEXT    NOT NULL,
  value        BLOB    NOT NULL,
  headers      BLOB                               -- packed; NULL where the value says it all
) STRICT;

CREATE TABLE journal_groups (
  name        TEXT    PRIMARY KEY,
  next_offset INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Ledger -------------------------------------------------------------------------------------------------------------
CREATE TABLE coupons (
  code       TEXT    PRIMARY KEY,
  title      TEXT    NOT NULL,
  quota      INTEGER NOT NULL CHECK (quota >= 0),
  version    INTEGER NOT NULL,
  epoch      INTEGER NOT NULL DEFAULT 0,
  state      TEXT    NOT NULL CHECK (state IN ('OPEN', 'PAUSED', 'CLOSED', 'DELETED')),
  opens_ms   INTEGER NOT NULL DEFAULT 0,
  ends_ms    INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE issues (
  grant_id  BLOB    PRIMARY KEY CHECK (length(grant_id) = 16),
  code      TEXT    NOT NULL,  -- no reference: a tombstone may be of a coupon that the ledger does not have
  user_id   TEXT    NOT NULL,
  rank_no   INTEGER NOT NULL,
  issued_ms INTEGER NOT NULL,
  epoch     INTEGER NOT NULL,
  state     TEXT    NOT NULL CHECK (state IN ('ISSUED', 'USED', 'REVOKED')),
  order_id  TEXT,
  reason    TEXT
) STRICT, WITHOUT ROWID;
-- At most one live grant per coupon and member.
CREATE UNIQUE INDEX issues_live ON issues (code, user_id) WHERE state <> 'REVOKED';
-- With the state, so that counting reads this index alone.
CREATE INDEX issues_rank ON issues (code, rank_no, grant_id, state);

CREATE TABLE failed_coupon_issues (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  origin_partition INTEGER NOT NULL,
  origin_offset    INTEGER NOT NULL,
  origin_ms        INTEGER NOT NULL,
  code             TEXT,
  user_id          TEXT,
  grant_id         BLOB,
  epoch            INTEGER NOT NULL DEFAULT 0,
  key              TEXT    NOT NULL,
  raw              BLOB    NOT NULL,
  headers          BLOB,
  error_class      TEXT    NOT NULL,
  error            TEXT    NOT NULL,
  attempts         INTEGER NOT NULL DEFAULT 0,
  next_attempt_ms  INTEGER NOT NULL DEFAULT 0,
  state            TEXT    NOT NULL CHECK (state IN ('RETRYING', 'OPEN', 'REDRIVEN', 'DISCARDED', 'STALE')),
  created_ms       INTEGER NOT NULL,
  updated_ms       INTEGER NOT NULL,
  UNIQUE (origin_partition, origin_offset)
) STRICT;
CREATE INDEX failed_coupon_issues_state ON failed_coupon_issues (state, id);
CREATE INDEX failed_coupon_issues_grant ON failed_coupon_issues (grant_id);

CREATE TABLE quota_changes (
  code      TEXT    NOT NULL REFERENCES coupons (code),
  version   INTEGER NOT NULL,
  old_quota INTEGER NOT NULL,
  new_quota INTEGER NOT NULL,
  actor     TEXT    NOT NULL,
  at_ms     INTEGER NOT NULL,
  PRIMARY KEY (code, version)
) STRICT, WITHOUT ROWID;
