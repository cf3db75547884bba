@NullMarked
package io.mooring.server.frame;

import org.jspecify.annotations.NullMarked;
