@NullMarked
package io.mooring.server.api;

import org.jspecify.annotations.NullMarked;
