/** What on this machine is, or would be, in the way of a tier. */
@NullMarked
package io.mooring.cli.check;

import org.jspecify.annotations.NullMarked;
