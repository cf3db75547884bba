@NullMarked
package io.mooring.cli.admin;

import org.jspecify.annotations.NullMarked;
