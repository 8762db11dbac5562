-- Appends events: gives each its offset, writes it to the stream and announces all of them in one message.
-- KEYS: meta, stream, keys of this period, keys of the period before. ARGV: epoch, offset that the node has read, channel,
-- events to keep, life in seconds, then for each event its key ('' = none) and its body.
-- Returns the time and an offset for each event; {-1} when the epoch is another one, {-2} when events have been lost.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return {-1} end
local offset = tonumber(redis.call('HGET', KEYS[1], 'offset'))
if offset < tonumber(ARGV[2]) then return {-2} end
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
-- A clock that is set back must not turn the order round.
local last = tonumber(redis.call('HGET', KEYS[1], 'at') or 0)
if at < last then at = last end
local at_text = string.format('%.0f', at)
local answer, lines, n = {at}, {ARGV[1] .. ' ' .. at_text .. '\n'}, 1
for i = 6, #ARGV, 2 do
	local key, body = ARGV[i], ARGV[i + 1]
	local done = key ~= '' and (redis.call('HGET', KEYS[3], key) or redis.call('HGET', KEYS[4], key))
	if done then
		answer[#answer + 1] = tonumber(done)
	else
		offset = offset + 1
		local text = string.format('%.0f', offset)
		redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], text .. '-0', 't', at_text, 'e', body)
		if key ~= '' then redis.call('HSET', KEYS[3], key, text) end
		n = n + 1
		lines[n] = text .. ' ' .. body .. '\n'
		answer[#answer + 1] = offset
	end
end
if n > 1 then
	redis.call('HSET', KEYS[1], 'offset', string.format('%.0f', offset), 'at', at_text)
	redis.call('EXPIRE', KEYS[1], ARGV[5])
	redis.call('EXPIRE', KEYS[2], ARGV[5])
	redis.call('EXPIRE', KEYS[3], 3600)
	redis.call('PUBLISH', ARGV[3], table.concat(lines))
end
return answer
