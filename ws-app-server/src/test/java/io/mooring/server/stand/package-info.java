@NullMarked
package io.mooring.server.stand;

import org.jspecify.annotations.NullMarked;
