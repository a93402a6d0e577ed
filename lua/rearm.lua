#!lua
-- A grant becomes pending, due at once, so that it is published again.
-- model: Rearm
-- KEYS  m g p
-- ARGV  member, id
-- reply 1: the member holds this id; 0: not, or not serving
-- include common.lua

local value = redis.call('HGET', KEYS[2], ARGV[1])
if not value or id_of(value) ~= ARGV[2] or not serves(redis.call('HGET', KEYS[1], 'home')) then return 0 end
redis.call('ZADD', KEYS[3], 0, ARGV[1])
return 1
