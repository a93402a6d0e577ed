-- What every script begins with; put in the place of its "include" line when the scripts are built in.
--
-- A coupon CODE has three keys in one hash slot, none of which ever expires:
--   KEYS[1] c:{CODE}:m  hash  home epoch state opens ends quota version seq building
--   KEYS[2] c:{CODE}:g  hash  member -> "id rank issued_ms key_hash"
--   KEYS[3] c:{CODE}:p  zset  members whose grant is not known to be in the journal; score: next attempt, ms
-- and a fourth while it is rebuilt:
--   KEYS[4] c:{CODE}:b  zset  members merged from the ledger; score: the epoch that their rebuild aims at
-- Ids, members and key hashes are byte strings, never numbers. Times are ms by this server's clock.

-- Who this server is. It changes with every promotion and every restart, as run_id does not.
local function identity()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A number for a reply or a value; Lua would write large ones with an exponent.
local function whole(number)
  return string.format('%d', number)
end

-- A field of m that nobody of ours wrote ends the script: with an error that names it and the remedy, and before
-- anything is written.
local function broken(field, text)
  error({ err = string.format("BROKEN %s has %s '%s': couponctl gate rebuild %s puts it right", KEYS[1], field,
    string.sub(text or '', 1, 40), string.match(KEYS[1], '{(.*)}')) })
end

-- Lua would also take 'inf', '1e9' and '0x10' for a number; 15 digits are exact.
local function is_number(text)
  return text and #text <= 15 and string.match(text, '^%d+$')
end

local function is_state(text)
  return text == 'OPEN' or text == 'PAUSED' or text == 'CLOSED' or text == 'DELETED'
end

local function number_in(text, field)
  if not is_number(text) then broken(field, text) end
  return tonumber(text)
end

-- Is the coupon approved to be served here?
local function serves(home)
  return home and home ~= '' and home == identity()
end

local function id_of(value)
  return string.match(value, '^%S+')
end

-- Is the rebuild of this token (target epoch; server and attempt) the one in hand, and is this still its server?
local function building(epoch, attempt)
  return redis.call('HGET', KEYS[1], 'building') == epoch .. ' ' .. attempt
    and string.match(attempt, '^%x+') == identity()
end

-- A write of any number of values to one key; unpack has room for some 7,900. Pairs stay together.
local function write_in_parts(command, key, values)
  for first = 1, #values, 4000 do
    redis.call(command, key, unpack(values, first, math.min(first + 3999, #values)))
  end
end
