/** A planned move of all clients of a server, as the one who asked for it sees it. */
@NullMarked
package io.mooring.cli.drain;

import org.jspecify.annotations.NullMarked;
