package io.mooring.cli.tier;

import io.mooring.process.Readiness;
import java.util.List;
import java.util.Map;

/**
 * One process of the tier, ready to be started.
 *
 * @param name {@code app-2}
 * @param ports what it will listen on
 * @param command the program and its arguments
 * @param environment added to the supervisor's own
 * @param readiness asked again and again once the process runs; may block for a second
 */
public record Part(
    String name,
    Kind kind,
    int number,
    List<Kind.Port> ports,
    List<String> command,
    Map<String, String> environment,
    Readiness readiness) {}
