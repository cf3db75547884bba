/** New tokens for sockets that are open. */
@NullMarked
package io.mooring.server.renewal;

import org.jspecify.annotations.NullMarked;
