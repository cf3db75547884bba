/** A short real run of the whole tier, from which the JVMs learn what to keep in AOT caches. */
@NullMarked
package io.mooring.cli.training;

import org.jspecify.annotations.NullMarked;
