package io.mooring.registry;

import static java.util.Comparator.comparingDouble;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which the servers of a service stand for one connection: weighted rendezvous hashing
 * ("highest random weight", Thaler and Ravishankar 1998; weights as in Mosko and others 2016).
 *
 * <p>It is a function of the ids and weights alone, the same bits on every machine: when a server
 * comes or goes, only the connections that it gains or loses change their first place. For one
 * server, with {@code h = XXH3_64(UTF-8 of connId + "/" + serverId)} and seed 0,
 *
 * <pre>
 *   u     = ((h >>> 12) + 0.5) / 2^52        between 0 and 1, both excluded
 *   score = ln(u) / weight                   by fdlibm's ln; the greatest comes first
 * </pre>
 *
 * and equal scores are ordered by id.
 */
public final class Rendezvous {
  private static final Hasher64 XXH3 = Hashing.xxh3_64();
  private static final double STEP = 0x1p-52;
  private static final Comparator<Scored> BEST_FIRST =
      comparingDouble(Scored::score).reversed().thenComparing(scored -> scored.server().id());

  private Rendezvous() {}

  private record Scored(double score, Server server) {}

  /**
   * The given servers, the best for this connection first. Whoever asks leaves out those that must
   * not be chosen.
   */
  public static List<Server> order(String connId, Collection<Server> servers) {
    return servers.stream()
        .map(server -> new Scored(score(connId, server.id(), server.weight()), server))
        .sorted(BEST_FIRST)
        .map(Scored::server)
        .toList();
  }

  /** The score of one server for one connection, below 0; the greatest comes first. */
  public static double score(String connId, String serverId, int weight) {
    byte[] pair = (connId + "/" + serverId).getBytes(StandardCharsets.UTF_8);
    double u = ((XXH3.hashBytesToLong(pair) >>> 12) + 0.5) * STEP;
    return StrictMath.log(u) / weight;
  }
}
