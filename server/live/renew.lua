-- Begins a log anew from a state. KEYS: meta, stream, state. ARGV: epoch that was seen last ('' = none), new epoch, offset,
-- state, channel, life in seconds. Who comes second finds that it has been done.
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and epoch ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'offset', ARGV[3], 'kept', ARGV[3], 'archived', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[6])
redis.call('PUBLISH', ARGV[5], ARGV[2] .. ' renewed\n')
return 1
