#!lua
-- What the ledger does not have: some grants become pending (they go out again), some are voided.
-- model: Weigh, Settle
-- KEYS  m g p b
-- ARGV  token epoch, token server, number to keep, then member and id of those, then of those to void (4,096 at most);
--       no id: whatever the member holds
-- reply { 1, voided, held, pending, seq }, or { 0 }: not this token's rebuild any more
-- include common.lua

if not building(ARGV[1], ARGV[2]) then return { 0 } end
redis.call('ZCARD', KEYS[3])
local members = {}
for i = 4, #ARGV, 2 do members[#members + 1] = ARGV[i] end
local held = #members > 0 and redis.call('HMGET', KEYS[2], unpack(members)) or {}
local keep = tonumber(ARGV[3])
local due, voided = {}, {}
for i, member in ipairs(members) do
  local id = ARGV[3 + 2 * i]
  if held[i] and (id == '' or id_of(held[i]) == id) then
    if i <= keep then
      due[#due + 1] = '0'
      due[#due + 1] = member
    else
      voided[#voided + 1] = member
    end
  end
end
write_in_parts('ZADD', KEYS[3], due)
write_in_parts('HDEL', KEYS[2], voided)
write_in_parts('ZREM', KEYS[3], voided)
return { 1, #voided, redis.call('HLEN', KEYS[2]), redis.call('ZCARD', KEYS[3]), redis.call('HGET', KEYS[1], 'seq') }
