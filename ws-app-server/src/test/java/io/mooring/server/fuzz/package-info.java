/** Runs the fuzz targets: what they once found, and for a while what they find next. */
@NullMarked
package io.mooring.server.fuzz;

import org.jspecify.annotations.NullMarked;
