#!lua flags=no-writes
-- One step over all grants; what is there from the first step to the last is in one of them at least.
-- KEYS  m g p b
-- ARGV  cursor, count, "all", or an epoch: only what the rebuild that aims at it has not merged
-- reply { serving, epoch, next cursor ("0": that was the last), then member, value, pending of every grant }
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch')
local step = redis.call('HSCAN', KEYS[2], ARGV[1], 'COUNT', ARGV[2])
local reply = { serves(m[1]) and 1 or 0, m[2] or '0', step[1] }
local found = step[2]
for i = 1, #found, 2 do
  if ARGV[3] == 'all' or redis.call('ZSCORE', KEYS[4], found[i]) ~= ARGV[3] then
    reply[#reply + 1] = found[i]
    reply[#reply + 1] = found[i + 1]
    reply[#reply + 1] = redis.call('ZSCORE', KEYS[3], found[i]) and 1 or 0
  end
end
return reply
