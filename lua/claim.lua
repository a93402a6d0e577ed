#!lua flags=allow-oom
-- Pending grants whose next attempt is due, each put off so that no other relay takes it.
-- model: Claim
-- KEYS  m g p
-- ARGV  limit (4,096 at most), retry_ms
-- reply { serving, epoch, then member and value of every grant }
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch')
if not serves(m[1]) then return { 0, m[2] or '0' } end
number_in(m[2], 'epoch')
local now = now_ms()
local reply = { 1, m[2] }
local due = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', whole(now), 'LIMIT', 0, ARGV[1])
if #due == 0 then return reply end
local values = redis.call('HMGET', KEYS[2], unpack(due))
local later = whole(now + ARGV[2])
local put_off, strays = {}, {}
for i, member in ipairs(due) do
  if values[i] then
    put_off[#put_off + 1] = later
    put_off[#put_off + 1] = member
    reply[#reply + 1] = member
    reply[#reply + 1] = values[i]
  else
    strays[#strays + 1] = member
  end
end
write_in_parts('ZADD', KEYS[3], put_off)
write_in_parts('ZREM', KEYS[3], strays)
return reply
