/** The link to Redis, the names of what is kept there, and scripts that run there. */
@NullMarked
package io.mooring.server.redis;

import org.jspecify.annotations.NullMarked;
