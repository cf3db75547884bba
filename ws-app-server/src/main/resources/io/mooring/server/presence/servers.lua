-- The holders of a user that were heard of lately, each with how long ago. KEYS: sockets. ARGV: their ttl (ms)
return speaking(KEYS[1], ARGV[1])
