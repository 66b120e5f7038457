-- Appends a batch to the log, all or nothing, at most once, and wakes the readers.
--
-- KEYS[1] the log (a stream)    KEYS[2] the epoch's record    KEYS[3] this appender's last batch
-- ARGV[1] the epoch's record, without the mark "new"          ARGV[2] the epoch
-- ARGV[3] how many events the log keeps                       ARGV[4] the wake channel
-- ARGV[5] the batch's number, larger for each batch and the same when the batch is tried again
-- ARGV[6] how many events follow; then for each of them how many values follow, and the values:
--         name, value, name, value …
--
-- Returns the id of the batch's last event. The others lie before it without a hole, because a script
-- is never interleaved with anything else.
--
-- Script caches do not survive a restart. So after one the first EVALSHA fails with NOSCRIPT, and
-- whoever loads the script again has looked at the epoch before: that is what makes an append in the
-- wrong epoch impossible.

-- Another appender began a new epoch: ids of ours would be taken for old ones. Or the log was deleted and
-- its record was not: the epoch's ids would be given a second time.
local record = redis.call('GET', KEYS[2])
local isNew = record == ARGV[1] .. ' new'
if not isNew and (record ~= ARGV[1] or redis.call('EXISTS', KEYS[1]) == 0) then
  return redis.error_reply('EPOCH the log has begun another epoch')
end

local appended = redis.call('GET', KEYS[3])
if appended then
  local number, last = string.match(appended, '^(%S+) (%S+)$')
  -- The batch was appended, but its reply was lost with the connection.
  if number == ARGV[5] then
    return last
  end
  -- A try that its appender gave up long ago, held up on the way until now.
  if tonumber(number) > tonumber(ARGV[5]) then
    return redis.error_reply('STALE a later batch of the same appender was appended')
  end
end

local last
local at = 7
for _ = 1, tonumber(ARGV[6]) do
  local count = tonumber(ARGV[at])
  last = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], ARGV[2] .. '-*', unpack(ARGV, at + 1, at + count))
  at = at + 1 + count
end

if isNew then
  redis.call('SET', KEYS[2], ARGV[1])
end
-- Ten minutes outlive every retry.
redis.call('SET', KEYS[3], ARGV[5] .. ' ' .. last, 'PX', 600000)
redis.call('PUBLISH', ARGV[4], '')
return last
