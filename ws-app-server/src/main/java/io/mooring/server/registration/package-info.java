/** The server's place in the registry: registration, lease, and what follows from its answers. */
@NullMarked
package io.mooring.server.registration;

import org.jspecify.annotations.NullMarked;
