/** Who is online and who is in a room, told by the servers that hold their sockets. */
@NullMarked
package io.mooring.server.presence;

import org.jspecify.annotations.NullMarked;
