/** One client's connection: what it asks, what it may, and how it ends. */
@NullMarked
package io.mooring.server.connection;

import org.jspecify.annotations.NullMarked;
