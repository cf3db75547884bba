/** The page on which two tabs talk, which {@code up} serves. */
@NullMarked
package io.mooring.cli.demo;

import org.jspecify.annotations.NullMarked;
