-- The holders of a user that were heard of lately. KEYS: sockets
return call('ZRANGEBYSCORE', KEYS[1], format('(%d', now), '+inf')
