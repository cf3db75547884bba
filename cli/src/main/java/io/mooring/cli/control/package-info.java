/** How other commands speak to the supervisor of a running tier: one JSON line there, one back. */
@NullMarked
package io.mooring.cli.control;

import org.jspecify.annotations.NullMarked;
