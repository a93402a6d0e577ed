#!lua flags=allow-oom
-- Absolute values, applied only if their version is newer.
-- model: Reduce, PushQuota
-- KEYS  m g
-- ARGV  version, quota, state, opens, ends, "reduce" or "set" (reduce: the quota stops at what is held)
-- reply { serving, applied, epoch, quota in force, held }
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch', 'quota', 'version')
local held = redis.call('HLEN', KEYS[2])
if not serves(m[1]) then return { 0, 0, m[2] or '0', m[3] or '0', held } end
number_in(m[2], 'epoch')
number_in(m[3], 'quota')
if tonumber(ARGV[1]) <= number_in(m[4], 'version') then return { 1, 0, m[2], m[3], held } end
local quota = ARGV[2]
if ARGV[6] == 'reduce' and held > tonumber(quota) then quota = whole(held) end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'quota', quota, 'state', ARGV[3], 'opens', ARGV[4], 'ends', ARGV[5])
return { 1, 1, m[2], quota, held }
