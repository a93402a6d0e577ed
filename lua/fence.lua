#!lua
-- Stops serving the coupon here, for a rebuild that aims at an epoch. An unknown coupon becomes known.
-- model: Fence
-- KEYS  m g p b
-- ARGV  target epoch, a word that no other attempt has: a later fence ends every attempt before it, also where the
--       gate has lost everything in between
-- reply { 1, the attempt: this server's identity and the word, 1 when it took over from another server (which may not know yet) else 0 }, or
--       { 0, epoch } when the gate, or another rebuild of it, is at that epoch or beyond it already
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch', 'building')
local target = tonumber(ARGV[1])
if m[2] and tonumber(m[2]) >= target then return { 0, m[2] } end
local other = m[3] and string.match(m[3], '^%d+')
if other and tonumber(other) > target then return { 0, other } end
local server = identity()
local attempt = server .. '-' .. ARGV[2]
if not m[2] then
  redis.call('HSET', KEYS[1], 'epoch', '0', 'state', 'CLOSED', 'opens', '0', 'ends', '0', 'quota', '0', 'version', '0',
    'seq', '0')
end
redis.call('HSET', KEYS[1], 'home', '', 'building', ARGV[1] .. ' ' .. attempt)
local former = string.match(redis.call('INFO', 'replication'), 'master_replid2:(%x+)')
local promoted = former and string.find(former, '[^0]') and m[1] ~= server
return { 1, attempt, promoted and 1 or 0 }
