#!lua flags=no-writes
-- What one member holds.
-- model: FindAgain
-- KEYS  m g p
-- ARGV  member
-- reply { serving, epoch, value or false, pending }
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch')
local value = redis.call('HGET', KEYS[2], ARGV[1])
local pending = redis.call('ZSCORE', KEYS[3], ARGV[1])
return { serves(m[1]) and 1 or 0, m[2] or '0', value, pending and 1 or 0 }
