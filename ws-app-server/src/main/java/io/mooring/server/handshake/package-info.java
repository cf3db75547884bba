/** The opening handshake (RFC 6455 section 4.2): from the first byte of a connection to 101. */
@NullMarked
package io.mooring.server.handshake;

import org.jspecify.annotations.NullMarked;
