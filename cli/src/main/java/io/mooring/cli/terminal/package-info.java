/** What a person, or a script, sees: text with or without colour, tables, JSON, progress. */
@NullMarked
package io.mooring.cli.terminal;

import org.jspecify.annotations.NullMarked;
