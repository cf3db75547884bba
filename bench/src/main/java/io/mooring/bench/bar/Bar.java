package io.mooring.bench.bar;

import io.mooring.bench.contender.Contender;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One benchmark: some work, what is measured of it, and what Mooring must reach. */
public interface Bar {
  int number();

  /** As it is typed. */
  String name();

  /** The work in one line, for the given scale. */
  String work(Scale scale);

  List<Gate> gates();

  /** Whether bare Netty can do it, too. */
  boolean hasLimit();

  /**
   * Has a contender do the work once, from its start to its end.
   *
   * @param folder for its files
   * @return figures by what tables call them, in the order of the columns
   */
  Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes);

  /** Takes down how a contender was started. */
  interface Notes {
    void started(Contender contender, List<String> commands);
  }
}
