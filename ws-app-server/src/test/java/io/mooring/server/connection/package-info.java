@NullMarked
package io.mooring.server.connection;

import org.jspecify.annotations.NullMarked;
