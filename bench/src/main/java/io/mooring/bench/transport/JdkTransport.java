package io.mooring.bench.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** One HTTP client for all of them, with the executor that hears of them. */
final class JdkTransport implements Transport {
  private final Executor executor;
  private final HttpClient http;

  JdkTransport(SSLContext trust, Executor executor) {
    this.executor = executor;
    this.http = HttpClient.newBuilder().executor(executor).sslContext(trust).build();
  }

  @Override
  public void open(URI url, Header header, Guest guest) {
    http.newWebSocketBuilder()
        .connectTimeout(Duration.ofSeconds(HANDSHAKE_SECONDS))
        .subprotocols(SUBPROTOCOL)
        .header(header.name(), header.value())
        .buildAsync(url, new Incoming(guest))
        .whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                guest.ended(failure.toString());
              }
            });
  }

  private record Socket(WebSocket peer, Guest guest) implements Line {
    @Override
    public void send(String text) {
      peer.sendText(text, true)
          .whenComplete(
              (same, failure) -> {
                if (failure != null) {
                  guest.ended(failure.toString());
                }
              });
    }

    @Override
    public void cut() {
      peer.abort();
    }
  }

  private final class Incoming implements WebSocket.Listener {
    private final Guest guest;
    private @Nullable StringBuilder pieces;

    Incoming(Guest guest) {
      this.guest = guest;
    }

    @Override
    public void onOpen(WebSocket there) {
      executor.execute(
          () -> {
            guest.opened(new Socket(there, guest));
            there.request(WINDOW);
          });
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket there, CharSequence piece, boolean last) {
      StringBuilder before = pieces;
      if (last) {
        String message = before == null ? piece.toString() : before.append(piece).toString();
        pieces = null;
        executor.execute(
            () -> {
              guest.text(message);
              there.request(1);
            });
      } else {
        pieces = before == null ? new StringBuilder(piece) : before.append(piece);
        there.request(1);
      }
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket there, int number, String reason) {
      executor.execute(() -> guest.ended("closed with " + number + " " + reason));
      return null;
    }

    @Override
    public void onError(WebSocket there, Throwable error) {
      executor.execute(() -> guest.ended(error.toString()));
    }
  }
}
