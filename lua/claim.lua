#!lua
-- Pending grants whose next attempt is due, each put off so that no other relay takes it.
-- KEYS  m g p
-- ARGV  limit, retry_ms
-- reply { serving, epoch, then member and value of every grant }
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch')
if not serves(m[1]) then return { 0, m[2] or '0' } end
local now = now_ms()
local due = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', whole(now), 'LIMIT', 0, ARGV[1])
local reply = { 1, m[2] }
for _, member in ipairs(due) do
  local value = redis.call('HGET', KEYS[2], member)
  if value then
    redis.call('ZADD', KEYS[3], whole(now + ARGV[2]), member)
    reply[#reply + 1] = member
    reply[#reply + 1] = value
  else
    redis.call('ZREM', KEYS[3], member)
  end
end
return reply
