#!lua
-- A part of what the ledger has: its grant wins per member, confirmed; revoked ids are dropped. Only the gate knows the
-- key hash, so it stays with a grant of the same id.
-- model: Merge
-- KEYS  m g p b
-- ARGV  token epoch, token server, number of grants, then member, id, rank, issued_ms of each, then member and id of
--       every revoked one (4,096 of either at most)
-- reply 1, or 0: not this token's rebuild any more
-- include common.lua

if not building(ARGV[1], ARGV[2]) then return 0 end
redis.call('HLEN', KEYS[2])
redis.call('ZCARD', KEYS[3])
redis.call('ZCARD', KEYS[4])

-- The arguments `first`, `first + width`, … up to `last`, and what each of them, a member, holds.
local function members_of(first, last, width)
  local members = {}
  for i = first, last, width do members[#members + 1] = ARGV[i] end
  return members, #members > 0 and redis.call('HMGET', KEYS[2], unpack(members)) or {}
end

local last = 3 + 4 * tonumber(ARGV[3])
local members, held = members_of(4, last, 4)
local grants, marks = {}, {}
for i, member in ipairs(members) do
  local at = 4 * i
  local id, value = ARGV[at + 1], held[i]
  local key = value and id_of(value) == id and string.match(value, '%S+$') or '0'
  grants[#grants + 1] = member
  grants[#grants + 1] = id .. ' ' .. ARGV[at + 2] .. ' ' .. ARGV[at + 3] .. ' ' .. key
  marks[#marks + 1] = ARGV[1]
  marks[#marks + 1] = member
end
write_in_parts('HSET', KEYS[2], grants)
write_in_parts('ZREM', KEYS[3], members)
write_in_parts('ZADD', KEYS[4], marks)

members, held = members_of(last + 1, #ARGV, 2)
local dropped = {}
for i, member in ipairs(members) do
  if held[i] and id_of(held[i]) == ARGV[last + 2 * i] then dropped[#dropped + 1] = member end
end
write_in_parts('HDEL', KEYS[2], dropped)
write_in_parts('ZREM', KEYS[3], dropped)
write_in_parts('ZREM', KEYS[4], dropped)
return 1
