/** Publications between servers: the {@link io.mooring.server.broker.Broker} and its kinds. */
@NullMarked
package io.mooring.server.broker;

import org.jspecify.annotations.NullMarked;
