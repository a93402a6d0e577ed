#!lua flags=allow-oom
-- Pending grants that the journal has acknowledged become confirmed: by id, under the epoch they were issued in.
-- model: Confirm
-- KEYS  m g p
-- ARGV  epoch, then member and id of every grant
-- reply a string of 1 (the member holds this id, confirmed) and 0
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch')
local count = (#ARGV - 1) / 2
if count == 0 then return '' end
if m[2] ~= ARGV[1] or not serves(m[1]) then return string.rep('0', count) end
local members = {}
for i = 1, count do members[i] = ARGV[2 * i] end
local held = redis.call('HMGET', KEYS[2], unpack(members))
local answers, done = {}, {}
for i = 1, count do
  if held[i] and id_of(held[i]) == ARGV[2 * i + 1] then
    answers[i] = '1'
    done[#done + 1] = members[i]
  else
    answers[i] = '0'
  end
end
if #done > 0 then redis.call('ZREM', KEYS[3], unpack(done)) end
return table.concat(answers)
