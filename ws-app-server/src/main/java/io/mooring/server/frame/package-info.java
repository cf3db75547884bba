/** WebSocket frames of RFC 6455, from the bytes of a socket to whole messages and back. */
@NullMarked
package io.mooring.server.frame;

import org.jspecify.annotations.NullMarked;
