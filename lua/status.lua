#!lua flags=no-writes
-- What the gate has of a coupon.
-- KEYS  m g p b
-- reply { known, serving, building, epoch, state, opens, ends, quota, version, seq, held, pending, how far the rebuild in
--       hand is: whose it is, and how many grants it has merged, "" for none }
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch', 'state', 'opens', 'ends', 'quota', 'version', 'seq', 'building')
if not m[2] then return { 0, 0, 0, '0', 'CLOSED', '0', '0', '0', '0', '0', 0, 0, '' } end
for i, field in pairs({ [2] = 'epoch', [4] = 'opens', [5] = 'ends', [6] = 'quota', [7] = 'version', [8] = 'seq' }) do
  number_in(m[i], field)
end
if not is_state(m[3]) then broken('state', m[3]) end
return { 1, serves(m[1]) and 1 or 0, m[9] and 1 or 0, m[2], m[3], m[4], m[5], m[6], m[7], m[8],
  redis.call('HLEN', KEYS[2]), redis.call('ZCARD', KEYS[3]),
  m[9] and m[9] .. ' ' .. redis.call('ZCARD', KEYS[4]) or '' }
