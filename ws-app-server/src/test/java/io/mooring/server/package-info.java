@NullMarked
package io.mooring.server;

import org.jspecify.annotations.NullMarked;
