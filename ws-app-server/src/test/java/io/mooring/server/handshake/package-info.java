@NullMarked
package io.mooring.server.handshake;

import org.jspecify.annotations.NullMarked;
