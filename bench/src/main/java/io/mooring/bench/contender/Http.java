package io.mooring.bench.contender;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Questions to a process of Mooring. */
final class Http {
  private static final int PATIENCE_MILLIS = 2_000;

  private Http() {}

  /** Whether {@code /readyz} answers 200. */
  static boolean ready(int port) {
    try {
      HttpURLConnection question =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + "/readyz").toURL().openConnection();
      question.setConnectTimeout(PATIENCE_MILLIS);
      question.setReadTimeout(PATIENCE_MILLIS);
      try {
        return question.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        question.disconnect();
      }
    } catch (IOException notYet) {
      return false;
    }
  }
}
