/** TCP ports of this machine: which are taken, and by whom. */
@NullMarked
package io.mooring.cli.port;

import org.jspecify.annotations.NullMarked;
