@NullMarked
package io.mooring.server.access;

import org.jspecify.annotations.NullMarked;
