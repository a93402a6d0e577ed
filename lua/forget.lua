#!lua flags=allow-oom
-- Drops everything known of a fenced coupon.
-- KEYS  m g p b
-- ARGV  token epoch, token server
-- reply 1, or 0: not this token's rebuild any more
-- include common.lua

if not building(ARGV[1], ARGV[2]) then return 0 end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return 1
