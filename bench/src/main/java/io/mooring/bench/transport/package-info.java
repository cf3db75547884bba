/**
 * The WebSockets on which a client for Java may be built, many of them in a process of their own.
 */
@NullMarked
package io.mooring.bench.transport;

import org.jspecify.annotations.NullMarked;
