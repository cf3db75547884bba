@NullMarked
package io.mooring.cli.child;

import org.jspecify.annotations.NullMarked;
