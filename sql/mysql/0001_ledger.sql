-- The ledger on MySQL 8 and 9 and on MariaDB 10.11. Codes, members and ids are bytes and compared as such: VARBINARY and
-- BINARY, never a collation. Times are milliseconds since 1970, UTC.
-- A definition commits by itself here, so each of them can be repeated: a crash half way heals at the next run.

CREATE TABLE IF NOT EXISTS coupons (
  code       VARBINARY(40)   NOT NULL,
  title      VARCHAR(200)    NOT NULL,
  quota      BIGINT          NOT NULL,
  version    BIGINT UNSIGNED NOT NULL,
  epoch      INT UNSIGNED    NOT NULL DEFAULT 0,
  state      ENUM('OPEN', 'PAUSED', 'CLOSED', 'DELETED') NOT NULL,
  opens_ms   BIGINT          NOT NULL DEFAULT 0,
  ends_ms    BIGINT          NOT NULL DEFAULT 0,
  created_ms BIGINT          NOT NULL,
  PRIMARY KEY (code),
  CHECK (quota >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE IF NOT EXISTS issues (
  grant_id  BINARY(16)    NOT NULL,
  code      VARBINARY(40) NOT NULL,  -- no reference: a tombstone may be of a coupon that the ledger does not have
  user_id   VARBINARY(64) NOT NULL,
  rank_no   BIGINT        NOT NULL,
  issued_ms BIGINT        NOT NULL,
  epoch     INT UNSIGNED  NOT NULL,
  state     ENUM('ISSUED', 'USED', 'REVOKED') NOT NULL,
  order_id  VARCHAR(200),
  reason    VARCHAR(400),
  live_user VARBINARY(64) GENERATED ALWAYS AS (IF(state = 'REVOKED', NULL, user_id)) STORED,
  PRIMARY KEY (grant_id),
  -- At most one live grant per coupon and member.
  UNIQUE KEY issues_live (code, live_user),
  -- With the state, so that counting reads this index alone.
  KEY issues_rank (code, rank_no, grant_id, state)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE IF NOT EXISTS failed_coupon_issues (
  id               BIGINT        NOT NULL AUTO_INCREMENT,
  origin_partition INT           NOT NULL,
  origin_offset    BIGINT        NOT NULL,
  origin_ms        BIGINT        NOT NULL,
  code             VARBINARY(40),
  user_id          VARBINARY(64),
  grant_id         BINARY(16),
  epoch            INT UNSIGNED  NOT NULL DEFAULT 0,
  `key`            MEDIUMBLOB    NOT NULL,
  raw              MEDIUMBLOB    NOT NULL,
  headers          MEDIUMBLOB,
  error_class      VARCHAR(40)   NOT NULL,
  error            VARCHAR(1000) NOT NULL,
  attempts         INT           NOT NULL DEFAULT 0,
  next_attempt_ms  BIGINT        NOT NULL DEFAULT 0,
  state            ENUM('RETRYING', 'OPEN', 'REDRIVEN', 'DISCARDED', 'STALE') NOT NULL,
  created_ms       BIGINT        NOT NULL,
  updated_ms       BIGINT        NOT NULL,
  reason           VARCHAR(400),
  PRIMARY KEY (id),
  -- A replay stores no letter twice. With the record's time, since a topic that was made anew counts from 0 again.
  UNIQUE KEY failed_coupon_issues_origin (origin_partition, origin_offset, origin_ms),
  KEY failed_coupon_issues_state (state, id),
  KEY failed_coupon_issues_due (state, next_attempt_ms),
  KEY failed_coupon_issues_code (code, state, id),
  KEY failed_coupon_issues_grant (grant_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE IF NOT EXISTS quota_changes (
  code      VARBINARY(40)   NOT NULL,
  version   BIGINT UNSIGNED NOT NULL,
  old_quota BIGINT          NOT NULL,
  new_quota BIGINT          NOT NULL,
  actor     VARCHAR(200)    NOT NULL,
  at_ms     BIGINT          NOT NULL,
  PRIMARY KEY (code, version),
  FOREIGN KEY (code) REFERENCES coupons (code)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
