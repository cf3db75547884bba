/** The supervisor: brings a tier up, keeps it, answers commands about it, takes it down. */
@NullMarked
package io.mooring.cli.up;

import org.jspecify.annotations.NullMarked;
