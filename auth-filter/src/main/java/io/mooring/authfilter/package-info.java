/** The process that Envoy asks once per handshake. */
@NullMarked
package io.mooring.authfilter;

import org.jspecify.annotations.NullMarked;
