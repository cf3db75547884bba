@NullMarked
package io.mooring.server.redis;

import org.jspecify.annotations.NullMarked;
