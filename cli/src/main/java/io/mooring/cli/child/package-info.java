/** Programs that this process starts, watches and ends, and that never outlive it. */
@NullMarked
package io.mooring.cli.child;

import org.jspecify.annotations.NullMarked;
