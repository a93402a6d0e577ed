#!lua flags=no-writes
-- What the gate has of a coupon.
-- KEYS  m g p
-- reply { known, serving, building, epoch, state, opens, ends, quota, version, seq, held, pending }
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch', 'state', 'opens', 'ends', 'quota', 'version', 'seq', 'building')
if not m[2] then return { 0, 0, 0, '0', 'CLOSED', '0', '0', '0', '0', '0', 0, 0 } end
return { 1, serves(m[1]) and 1 or 0, m[9] and 1 or 0, m[2], m[3], m[4], m[5], m[6], m[7], m[8],
  redis.call('HLEN', KEYS[2]), redis.call('ZCARD', KEYS[3]) }
