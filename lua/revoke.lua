#!lua flags=allow-oom
-- A grant's place is free again. The ledger's tombstone must be written before.
-- model: Release
-- KEYS  m g p
-- ARGV  member, id
-- reply 1: the member held this id; 0: not, or not serving
-- include common.lua

local value = redis.call('HGET', KEYS[2], ARGV[1])
if not value or id_of(value) ~= ARGV[2] or not serves(redis.call('HGET', KEYS[1], 'home')) then return 0 end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
