@NullMarked
package io.mooring.server.traffic;

import org.jspecify.annotations.NullMarked;
