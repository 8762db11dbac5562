-- Keeps the fold of a log unless a later one is there. KEYS: meta, state. ARGV: epoch, offset, state, life in seconds.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
if tonumber(redis.call('HGET', KEYS[1], 'kept') or -1) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'kept', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
return 1
