package io.mooring.server.handshake;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Loops meet on a nonce while uses of long ago are to be forgotten. */
public class NoncesRaceTest {
  private long now;
  private final Nonces nonces = new Nonces(() -> Instant.ofEpochMilli(now));

  public NoncesRaceTest() {
    nonces.use("old");
    nonces.use("older");
    now = 2 * Nonces.MEMORY_MILLIS;
  }

  @Test
  void inWhateverOrderTheyMeetOneIsFirst() {
    new ModelCheckingOptions()
        .threads(3)
        .actorsBefore(0)
        .actorsPerThread(2)
        .actorsAfter(1)
        .iterations(8)
        .invocationsPerIteration(300)
        .sequentialSpecification(Remembered.class)
        .check(NoncesRaceTest.class);
  }

  @Operation
  public boolean use(@Param(gen = IntGen.class, conf = "1:2") int nonce) {
    return nonces.use("n" + nonce);
  }

  /** What one thread alone sees. */
  public static class Remembered {
    private final Set<Integer> used = new HashSet<>();

    public boolean use(int nonce) {
      return used.add(nonce);
    }
  }
}
