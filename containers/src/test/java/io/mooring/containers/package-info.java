/** The images, and the whole tier as containers, started as {@code deploy/compose} says. */
@NullMarked
package io.mooring.containers;

import org.jspecify.annotations.NullMarked;
