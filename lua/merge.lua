#!lua
-- A part of what the ledger has: its grant wins per member, confirmed; revoked ids are dropped. Only the gate knows the
-- key hash, so it stays with a grant of the same id.
-- KEYS  m g p b
-- ARGV  token epoch, token server, number of grants, then member, id, rank, issued_ms of each, then member and id of
--       every revoked one
-- reply 1, or 0: not this token's rebuild any more
-- include common.lua

if not building(ARGV[1], ARGV[2]) then return 0 end
redis.call('HLEN', KEYS[2])
redis.call('ZCARD', KEYS[3])
redis.call('ZCARD', KEYS[4])
local last = 3 + 4 * tonumber(ARGV[3])
for i = 4, last, 4 do
  local member, id = ARGV[i], ARGV[i + 1]
  local value = redis.call('HGET', KEYS[2], member)
  local key = value and id_of(value) == id and string.match(value, '%S+$') or '0'
  redis.call('HSET', KEYS[2], member, id .. ' ' .. ARGV[i + 2] .. ' ' .. ARGV[i + 3] .. ' ' .. key)
  redis.call('ZREM', KEYS[3], member)
  redis.call('ZADD', KEYS[4], ARGV[1], member)
end
for i = last + 1, #ARGV, 2 do
  local value = redis.call('HGET', KEYS[2], ARGV[i])
  if value and id_of(value) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[2], ARGV[i])
    redis.call('ZREM', KEYS[3], ARGV[i])
    redis.call('ZREM', KEYS[4], ARGV[i])
  end
end
return 1
