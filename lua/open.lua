#!lua
-- The end of a rebuild: serves again, here, under the token's epoch.
-- model: Open
-- KEYS  m g p b
-- ARGV  token epoch, token server, version, quota, state, opens, ends, highest rank ever given
-- reply 1, or 0: not this token's rebuild any more
-- include common.lua

if not building(ARGV[1], ARGV[2]) then return 0 end
local seq = redis.call('HGET', KEYS[1], 'seq')
if tonumber(ARGV[8]) > tonumber(seq) then seq = ARGV[8] end
redis.call('HSET', KEYS[1], 'home', identity(), 'epoch', ARGV[1], 'version', ARGV[3], 'quota', ARGV[4], 'state', ARGV[5],
  'opens', ARGV[6], 'ends', ARGV[7], 'seq', seq)
redis.call('HDEL', KEYS[1], 'building')
redis.call('UNLINK', KEYS[4])
return 1
