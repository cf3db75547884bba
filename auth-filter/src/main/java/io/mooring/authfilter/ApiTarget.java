package io.mooring.authfilter;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a request to the API is for. Nothing is decoded: the server compares the same bytes.
 *
 * @param method GET, POST or PUT
 * @param path as it goes upstream, without the query
 */
record ApiTarget(String method, String path) {
  private static final String ROOT = "/api/v1";
  private static final int LONGEST = 1024;
  private static final String READ = "GET";
  private static final Set<String> METHODS = Set.of(READ, "POST", "PUT");

  /** A channel's name may come percent-encoded. */
  private static final Pattern PATH =
      Pattern.compile(ROOT + "(?:/(?:[A-Za-z0-9._:~-]|%[0-9A-Fa-f]{2})++)++");

  /** What only control planes ask, at the servers directly. */
  private static final Pattern INTERNAL = Pattern.compile(ROOT + "/connections(?:/.*)?");

  static boolean isFor(String target) {
    return target.startsWith(ROOT);
  }

  /**
   * @param target path and query as in the request line
   * @throws RefusedException if it is nothing that the API could answer
   */
  static ApiTarget parse(String method, String target) {
    if (!METHODS.contains(method)) {
      throw RefusedException.forbidden("method", "expected GET, POST or PUT");
    }
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    if (question >= 0) {
      Query.parse(target.substring(question + 1));
    }
    if (path.length() > LONGEST
        || !PATH.matcher(path).matches()
        || INTERNAL.matcher(path).matches()) {
      throw RefusedException.forbidden(
          "path",
          "expected a path of /api/v1/openapi.yaml, each part of [A-Za-z0-9._:~-], at most "
              + LONGEST
              + " characters");
    }
    return new ApiTarget(method, path);
  }

  /** Whether it changes nothing. */
  boolean reads() {
    return method.equals(READ);
  }

  /** What is signed: an identity for one method and path is good for no other. */
  String signed() {
    return method + " " + path;
  }
}
