package io.mooring.process;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the root record of a process's configuration, and names the process: its defaults are read
 * from the class path at {@code /mooring/config/<name>.yaml}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ConfigurationOf {
  String value();
}
