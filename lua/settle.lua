#!lua
-- What the ledger does not have: some grants become pending (they go out again), some are voided.
-- KEYS  m g p b
-- ARGV  token epoch, token server, number to keep, then member and id of those, then of those to void
-- reply { 1, voided, held, pending, seq }, or { 0 }: not this token's rebuild any more
-- include common.lua

if not building(ARGV[1], ARGV[2]) then return { 0 } end
redis.call('ZCARD', KEYS[3])
local last = 3 + 2 * tonumber(ARGV[3])
local voided = 0
for i = 4, #ARGV, 2 do
  local value = redis.call('HGET', KEYS[2], ARGV[i])
  if value and id_of(value) == ARGV[i + 1] then
    if i < last then
      redis.call('ZADD', KEYS[3], 0, ARGV[i])
    else
      redis.call('HDEL', KEYS[2], ARGV[i])
      redis.call('ZREM', KEYS[3], ARGV[i])
      voided = voided + 1
    end
  end
end
return { 1, voided, redis.call('HLEN', KEYS[2]), redis.call('ZCARD', KEYS[3]), redis.call('HGET', KEYS[1], 'seq') }
