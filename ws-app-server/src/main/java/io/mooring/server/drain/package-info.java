/** Moving the clients away, at a rate, before the server ends. */
@NullMarked
package io.mooring.server.drain;

import org.jspecify.annotations.NullMarked;
