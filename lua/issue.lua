#!lua
-- Decides for many members of one coupon at once, in the order given. Existing grants come before refusals.
-- model: Issue
-- KEYS  m g p
-- ARGV  grace_ms (until the relay may publish a new grant), then member, candidate id, key hash of every ask
-- reply { serving, known, now, epoch, opens, ends, one string an ask:
--         "n rank" a new grant · "p value" or "c value" a pending or confirmed one that was there ·
--         "paused", "ended", "not_open", "sold_out" }; nothing per ask unless it is serving
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch', 'state', 'opens', 'ends', 'quota', 'seq')
local now = now_ms()
local known = m[2] and 1 or 0
if not serves(m[1]) then
  return { 0, known, whole(now), m[2] or '0', m[4] or '0', m[5] or '0' }
end

number_in(m[2], 'epoch')
if not is_state(m[3]) then broken('state', m[3]) end
local opens, ends = number_in(m[4], 'opens'), number_in(m[5], 'ends')
local quota, seq = number_in(m[6], 'quota'), number_in(m[7], 'seq')
local reply = { 1, 1, whole(now), m[2], m[4], m[5] }
local asks = (#ARGV - 1) / 3
if asks == 0 then return reply end
local members = {}
for i = 1, asks do members[i] = ARGV[3 * i - 1] end
local held = redis.call('HMGET', KEYS[2], unpack(members))
local count = redis.call('HLEN', KEYS[2])
redis.call('ZCARD', KEYS[3]) -- of the right type, before anything is written

local refusal
if m[3] == 'PAUSED' then refusal = 'paused'
elseif m[3] ~= 'OPEN' then refusal = 'ended'
elseif now < opens then refusal = 'not_open'
elseif ends ~= 0 and now >= ends then refusal = 'ended' end

local due = whole(now + ARGV[1])
local issued = ' ' .. whole(now) .. ' '
local fresh, grants, pending = {}, {}, {}
for i = 1, asks do
  local member = members[i]
  local value = held[i] or fresh[member]
  if value then
    if fresh[member] or redis.call('ZSCORE', KEYS[3], member) then
      reply[6 + i] = 'p ' .. value
    else
      reply[6 + i] = 'c ' .. value
    end
  elseif refusal then
    reply[6 + i] = refusal
  elseif count >= quota then
    reply[6 + i] = 'sold_out'
  else
    count = count + 1
    seq = seq + 1
    local rank = whole(seq)
    value = ARGV[3 * i] .. ' ' .. rank .. issued .. ARGV[3 * i + 1]
    fresh[member] = value
    grants[#grants + 1] = member
    grants[#grants + 1] = value
    pending[#pending + 1] = due
    pending[#pending + 1] = member
    reply[6 + i] = 'n ' .. rank
  end
end
write_in_parts('HSET', KEYS[2], grants)
write_in_parts('ZADD', KEYS[3], pending)
if #grants > 0 then redis.call('HSET', KEYS[1], 'seq', whole(seq)) end
return reply
