@NullMarked
package io.mooring.cli.clients;

import org.jspecify.annotations.NullMarked;
