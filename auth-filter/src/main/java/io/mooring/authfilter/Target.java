package io.mooring.authfilter;

import io.mooring.token.Ids;
import org.jspecify.annotations.Nullable;

/**
 * Where a handshake wants to go: {@code /ws}, or the pinned {@code /ws/<server_id>/<conn_id>}, and
 * the query.
 *
 * @param path as it goes upstream, without the query
 * @param pin absent on a first connect
 * @param query the parameters; {@link Query#NONE} without a question mark
 */
record Target(String path, @Nullable Pin pin, Query query) {
  private static final String ROOT = "/ws";
  private static final String STEP = "path";

  /** Ids as they stand in the path; neither proves anything. */
  record Pin(String serverId, String connId) {}

  /**
   * @param target path and query as in the request line; nothing is decoded
   * @throws RefusedException if it is anything else
   */
  static Target parse(String target) {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    Query query = question < 0 ? Query.NONE : Query.parse(target.substring(question + 1));
    if (path.equals(ROOT)) {
      return new Target(path, null, query);
    }
    int afterRoot = ROOT.length();
    int middle = path.indexOf('/', afterRoot + 1);
    if (!path.startsWith(ROOT + "/")
        || middle < 0
        || !Ids.valid(path, afterRoot + 1, middle)
        || !Ids.valid(path, middle + 1, path.length())) {
      throw RefusedException.forbidden(
          STEP,
          "expected /ws or /ws/<server_id>/<conn_id>, each id of [A-Za-z0-9_-]{1,64}, unencoded");
    }
    return new Target(
        path, new Pin(path.substring(afterRoot + 1, middle), path.substring(middle + 1)), query);
  }
}
