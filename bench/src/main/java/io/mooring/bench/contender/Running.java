package io.mooring.bench.contender;

import io.mooring.bench.wire.Credential;
import java.net.InetSocketAddress;
import java.util.List;

/** A contender that is up; {@link #close} ends it. */
public interface Running extends AutoCloseable {
  /** Where its servers take clients, one each. */
  List<InetSocketAddress> addresses();

  /** Its processes. */
  List<Long> processes();

  /** How they were started, a line each. */
  List<String> commands();

  /** By what a user shows who it is, made now. */
  Credential credential(String user);

  /** Has its processes collect all garbage and, where they can, give the memory back. */
  void collectGarbage();

  @Override
  void close();
}
