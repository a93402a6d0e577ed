#!lua
-- Stops serving the coupon here, for a rebuild that aims at an epoch. An unknown coupon becomes known, and what is no gate's goes.
-- model: Fence
-- KEYS  m g p b
-- ARGV  target epoch, a word that no other attempt has: a later fence ends every attempt before it, also where the
--       gate has lost everything in between
-- reply { 1, the attempt: this server's identity and the word, 1 when it took over from another server (which may not know yet) else 0 }, or
--       { 0, epoch } when the gate, or another rebuild of it, is at that epoch or beyond it already
-- include common.lua

local function is_of_type(key, type)
  local found = redis.call('TYPE', key).ok
  return found == type or found == 'none'
end

local m = is_of_type(KEYS[1], 'hash') and redis.call('HMGET', KEYS[1], 'home', 'epoch', 'building') or {}
local target = tonumber(ARGV[1])
if is_number(m[2]) and tonumber(m[2]) >= target then return { 0, m[2] } end
local other = m[3] and string.match(m[3], '^%d+')
if other and tonumber(other) > target then return { 0, other } end
-- These names are the gate's: what else is there goes, and the ledger brings back what was.
for i, type in ipairs({ 'hash', 'hash', 'zset', 'zset' }) do
  if not is_of_type(KEYS[i], type) then redis.call('UNLINK', KEYS[i]) end
end
for _, field in ipairs({ 'epoch', 'opens', 'ends', 'quota', 'version', 'seq' }) do
  if not is_number(redis.call('HGET', KEYS[1], field)) then redis.call('HSET', KEYS[1], field, '0') end
end
if not is_state(redis.call('HGET', KEYS[1], 'state')) then redis.call('HSET', KEYS[1], 'state', 'CLOSED') end
local server = identity()
local attempt = server .. '-' .. ARGV[2]
redis.call('HSET', KEYS[1], 'home', '', 'building', ARGV[1] .. ' ' .. attempt)
local former = string.match(redis.call('INFO', 'replication'), 'master_replid2:(%x+)')
local promoted = former and string.find(former, '[^0]') and m[1] ~= server
return { 1, attempt, promoted and 1 or 0 }
