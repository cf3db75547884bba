@NullMarked
package io.mooring.cli.tier;

import org.jspecify.annotations.NullMarked;
