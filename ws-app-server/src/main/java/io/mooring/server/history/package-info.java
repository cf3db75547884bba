/** The logs of channels: positions, publications, and what can be read again. */
@NullMarked
package io.mooring.server.history;

import org.jspecify.annotations.NullMarked;
