package io.mooring.programs;

import java.nio.file.Path;

/**
 * A program that is there.
 *
 * @param version what it says of itself, for example {@code 1.40.0}
 */
public record Installed(Path program, String version) {}
