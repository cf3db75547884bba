/** Just enough of Redis' protocol to ask a server how it is. */
@NullMarked
package io.mooring.cli.redis;

import org.jspecify.annotations.NullMarked;
