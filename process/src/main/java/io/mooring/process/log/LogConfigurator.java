package io.mooring.process.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Sets up logging without a configuration file. {@code MOORING_LOG_LEVEL} is the level of Mooring's
 * own loggers, {@code info} if absent; libraries speak from {@code warn} on.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(console);
    // Endpoints says itself, with the configuration key, why its port could not be taken.
    context.getLogger("io.helidon.webserver.LoomServer").setLevel(Level.OFF);
    // Whoever uses Redis says once that it is away; this says it with every attempt.
    context.getLogger("io.lettuce.core.protocol.ConnectionWatchdog").setLevel(Level.OFF);
    String level = System.getenv().getOrDefault("MOORING_LOG_LEVEL", "info");
    context.getLogger("io.mooring").setLevel(Level.toLevel(level, Level.INFO));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
