#!lua flags=no-writes
-- A page of all grants: as many steps of HSCAN as fit into it. What is there from the first page to the last is in one
-- of them at least.
-- model: Scan, Weigh
-- KEYS  m g p b
-- ARGV  cursor, most grants in a page, about how many in a step, "all" or an epoch: only what the rebuild that aims at
--       it has not merged
-- reply { serving, epoch, next cursor ("0": that was the last), then member, value, pending of every grant }; more than
--       a page only when the first step alone has more
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch')
local reply = { serves(m[1]) and 1 or 0, m[2] or '0', ARGV[1] }
local most, seen = tonumber(ARGV[2]), 0
repeat
  local step = redis.call('HSCAN', KEYS[2], reply[3], 'COUNT', ARGV[3])
  local found = step[2]
  if seen > 0 and seen + #found / 2 > most then break end
  seen = seen + #found / 2
  reply[3] = step[1]
  for i = 1, #found, 2 do
    if ARGV[4] == 'all' or redis.call('ZSCORE', KEYS[4], found[i]) ~= ARGV[4] then
      reply[#reply + 1] = found[i]
      reply[#reply + 1] = found[i + 1]
      reply[#reply + 1] = redis.call('ZSCORE', KEYS[3], found[i]) and 1 or 0
    end
  end
until reply[3] == '0' or seen >= most
return reply
