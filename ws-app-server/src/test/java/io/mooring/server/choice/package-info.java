/** What the makers of the fuzz targets' inputs draw from. */
@NullMarked
package io.mooring.server.choice;

import org.jspecify.annotations.NullMarked;
