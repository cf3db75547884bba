@NullMarked
package io.mooring.server.registration;

import org.jspecify.annotations.NullMarked;
