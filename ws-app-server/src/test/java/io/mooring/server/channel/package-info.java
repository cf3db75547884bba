@NullMarked
package io.mooring.server.channel;

import org.jspecify.annotations.NullMarked;
