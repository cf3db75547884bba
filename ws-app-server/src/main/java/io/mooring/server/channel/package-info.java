/** Channels: who subscribes to them here, and how a delivery reaches every one of them in order. */
@NullMarked
package io.mooring.server.channel;

import org.jspecify.annotations.NullMarked;
