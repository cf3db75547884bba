package io.mooring.controlplane.warming;

import java.util.List;

/** Tells which Envoys have not acknowledged the endpoints of a revision yet. */
@FunctionalInterface
public interface Laggards {
  /** Ids of connected Envoys that have not acknowledged this revision or a later one. */
  List<String> behind(long revision);
}
