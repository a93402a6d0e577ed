#!lua
-- Stops serving the coupon here, for a rebuild that aims at an epoch. An unknown coupon becomes known.
-- KEYS  m g p b
-- ARGV  target epoch
-- reply { 1, this server's identity, 1 when it took over from another server (which may not know yet) else 0 }, or
--       { 0, epoch } when the gate, or another rebuild of it, is at that epoch or beyond it already
-- include common.lua

local m = redis.call('HMGET', KEYS[1], 'home', 'epoch', 'building')
local target = tonumber(ARGV[1])
if m[2] and tonumber(m[2]) >= target then return { 0, m[2] } end
local other = m[3] and string.match(m[3], '^%d+')
if other and tonumber(other) > target then return { 0, other } end
local server = identity()
if not m[2] then
  redis.call('HSET', KEYS[1], 'epoch', '0', 'state', 'CLOSED', 'opens', '0', 'ends', '0', 'quota', '0', 'version', '0',
    'seq', '0')
end
redis.call('HSET', KEYS[1], 'home', '', 'building', ARGV[1] .. ' ' .. server)
local former = string.match(redis.call('INFO', 'replication'), 'master_replid2:(%x+)')
local promoted = former and string.find(former, '[^0]') and m[1] ~= server
return { 1, server, promoted and 1 or 0 }
