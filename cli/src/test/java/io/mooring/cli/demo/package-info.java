@NullMarked
package io.mooring.cli.demo;

import org.jspecify.annotations.NullMarked;
