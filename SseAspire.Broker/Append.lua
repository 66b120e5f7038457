-- Appends a batch to the log, all or nothing, at most once, and wakes the readers. An event whose own id and first
-- topic are those of an event that the log still has is not appended again.
--
-- KEYS[1] the log (a stream)    KEYS[2] the epoch's record    KEYS[3] this appender's last batch
-- KEYS[4] the index of own ids  KEYS[5] its members in the order of the log
-- ARGV[1] the epoch's record, without the mark "new"          ARGV[2] the epoch
-- ARGV[3] how many events the log keeps                       ARGV[4] the wake channel
-- ARGV[5] the batch's number, larger for each batch and the same when the batch is tried again
-- ARGV[6] how many events follow; then for each of them
--         how many values it has, how many of them are topics (0 if it has no own id), and the values:
--         'topic', t1, 'topic', t2 … 'id', own id (if it has one), name, value …
--
-- Returns the id of the last event appended, or '-' if none was; and for each event that the log has already
-- ' <its index in the batch>=<its id>'. The others' ids lie before the last one without a hole, because a script is
-- never interleaved with anything else.
--
-- Script caches do not survive a restart, and are not replicated; and the text that is loaded ends with the epoch's
-- record. So on a server that has not confirmed this epoch the first EVALSHA fails with NOSCRIPT, and whoever loads the
-- script has looked at the epoch before: that is what makes an append in the wrong epoch impossible.

-- Another appender began a new epoch: ids of ours would be taken for old ones. Or the log was deleted and
-- its record was not: the epoch's ids would be given a second time.
local record = redis.call('GET', KEYS[2])
local isNew = record == ARGV[1] .. ' new'
if not isNew and (record ~= ARGV[1] or redis.call('EXISTS', KEYS[1]) == 0) then
  return redis.error_reply('EPOCH the log has begun another epoch')
end

local appended = redis.call('GET', KEYS[3])
if appended then
  local number, reply = string.match(appended, '^(%S+) (.+)$')
  -- The batch was appended, but its reply was lost with the connection.
  if number == ARGV[5] then
    return reply
  end
  -- A try that its appender gave up long ago, held up on the way until now.
  if (tonumber(number or '') or 0) > tonumber(ARGV[5]) then
    return redis.error_reply('STALE a later batch of the same appender was appended')
  end
end

local function isKept(id)
  return #redis.call('XRANGE', KEYS[1], id, id) > 0
end

-- The id of the event that the log has under this own id and first topic, or nil.
local function find(ownId, topic)
  local start = ownId .. '\0' .. topic .. '\0'
  for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[4], '[' .. start, '(' .. ownId .. '\0' .. topic .. '\1')) do
    local id = string.sub(member, #start + 1)
    if isKept(id) then
      return id
    end
  end
  return nil
end

if ARGV[6] == '0' then
  -- Nothing to append: asked whether the log could be appended to.
  redis.call('XLEN', KEYS[1])
end

local last = '-'
local known = ''
local indexed = 0
local at = 7
for index = 0, tonumber(ARGV[6]) - 1 do
  local count, topics = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local ownId = topics > 0 and ARGV[at + 2 * topics + 3]
  local id = ownId and find(ownId, ARGV[at + 3])
  if id then
    known = known .. ' ' .. index .. '=' .. id
  else
    last = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], ARGV[2] .. '-*', unpack(ARGV, at + 2, at + 1 + count))
    for topic = 1, topics do
      local member = ownId .. '\0' .. ARGV[at + 1 + 2 * topic] .. (topic == 1 and '\0' or '\1') .. last
      redis.call('ZADD', KEYS[4], 0, member)
      redis.call('RPUSH', KEYS[5], member)
      indexed = indexed + 1
    end
  end
  at = at + 2 + count
end

-- What the log has trimmed leaves the index: two members for each new one, so that the index shrinks to the log's
-- size however the log is trimmed, and no append has much to do.
for _ = 1, 2 * indexed do
  local member = redis.call('LINDEX', KEYS[5], 0)
  if not member or isKept(string.match(member, '[^%z\1]+$')) then
    break
  end
  redis.call('LPOP', KEYS[5])
  redis.call('ZREM', KEYS[4], member)
end

local reply = last .. known
if last ~= '-' then
  if isNew then
    redis.call('SET', KEYS[2], ARGV[1])
  end
  -- A user who may not publish to the channel has appended all the same: readers notice within a second.
  redis.pcall('PUBLISH', ARGV[4], '')
end
-- Ten minutes outlive every retry.
redis.call('SET', KEYS[3], ARGV[5] .. ' ' .. reply, 'PX', 600000)
return reply
