/** The process that holds the sockets. */
@NullMarked
package io.mooring.server;

import org.jspecify.annotations.NullMarked;
