-- Dead letters: why one was discarded, which are due for another attempt, and those of one coupon.
ALTER TABLE failed_coupon_issues ADD COLUMN reason TEXT;
CREATE INDEX failed_coupon_issues_due ON failed_coupon_issues (state, next_attempt_ms, id);
CREATE INDEX failed_coupon_issues_code ON failed_coupon_issues (code, state, id);
