@NullMarked
package io.mooring.server.broker;

import org.jspecify.annotations.NullMarked;
