/** The client protocol: what clients ask and are told, and the dialects that put it into frames. */
@NullMarked
package io.mooring.server.protocol;

import org.jspecify.annotations.NullMarked;
