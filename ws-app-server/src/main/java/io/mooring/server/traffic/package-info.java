/** Counts what passes through the server. */
@NullMarked
package io.mooring.server.traffic;

import org.jspecify.annotations.NullMarked;
