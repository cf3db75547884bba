/** {@code /api/v1} on the server's HTTP port. */
@NullMarked
package io.mooring.server.api;

import org.jspecify.annotations.NullMarked;
