/** What carries and keeps messages: the {@link io.mooring.server.broker.Backbone} and its kinds. */
@NullMarked
package io.mooring.server.broker;

import org.jspecify.annotations.NullMarked;
