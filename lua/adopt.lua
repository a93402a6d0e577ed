#!lua
-- Takes over, confirmed, a grant that the ledger has and the gate lost.
-- model: Adopt
-- KEYS  m g
-- ARGV  member, id, rank, issued_ms
-- reply 1: the member holds this id; 0: holds another, or not serving
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'seq')
if not serves(m[1]) then return 0 end
local seq = number_in(m[2], 'seq')
local value = redis.call('HGET', KEYS[2], ARGV[1])
if value then return id_of(value) == ARGV[2] and 1 or 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4] .. ' 0')
if #ARGV[3] <= 15 and tonumber(ARGV[3]) > seq then redis.call('HSET', KEYS[1], 'seq', ARGV[3]) end
return 1
