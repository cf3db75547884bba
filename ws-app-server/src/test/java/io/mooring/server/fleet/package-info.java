@NullMarked
package io.mooring.server.fleet;

import org.jspecify.annotations.NullMarked;
