package io.mooring.controlplane.connections;

import static java.util.Comparator.comparingLong;

import io.mooring.controlplane.registration.Services;
import io.mooring.registry.Address;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.token.MasterKeys;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks every server at once which connections it holds. A server is given {@value #PATIENCE_MILLIS}
 * ms and a bounded number of bytes; one that needs more, or answers something else, is named
 * instead, also for a moment to those who ask next. Safe for all threads; each call waits.
 */
public final class ConnectionSearch {
  static final long PATIENCE_MILLIS = 1_000;

  private static final String PATH = "/api/v1/connections";

  /** What all servers together may answer to one question, in bytes. */
  private static final long MOST_BYTES = 16L << 20;

  private static final long LEAST_BYTES_EACH = 128L << 10;
  private static final long BYTES_A_ROW = 1L << 10;
  private static final int SEARCHES_AT_ONCE = 2;
  private static final int SEARCHES_THAT_WAIT = 32;
  private static final int LONGEST_REASON = 200;
  private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");

  private final Supplier<RegistryView> registry;
  private final Services services;
  private final Letter letter;
  private final Semaphore turns = new Semaphore(SEARCHES_AT_ONCE, true);
  private final Silence silence = new Silence();

  /**
   * @param name of this process, for the servers' logs
   */
  public ConnectionSearch(
      Supplier<RegistryView> registry,
      Services services,
      MasterKeys keys,
      String name,
      InstantSource clock) {
    this.registry = registry;
    this.services = services;
    this.letter = new Letter(keys, name, clock);
  }

  /**
   * @throws BusyException if too many others wait for an answer already
   */
  public Found search(Question question) throws InterruptedException {
    if (turns.getQueueLength() >= SEARCHES_THAT_WAIT) {
      throw new BusyException(
          SEARCHES_THAT_WAIT + " questions wait for the servers' answers already; ask again later");
    }
    turns.acquire();
    try {
      return ask(question);
    } finally {
      turns.release();
    }
  }

  private Found ask(Question question) throws InterruptedException {
    RegistryView view = registry.get();
    List<Server> servers =
        view.servers().stream()
            .filter(server -> question.server().filter(id -> !id.equals(server.id())).isEmpty())
            .toList();
    long bytes =
        Math.clamp(
            MOST_BYTES / Math.max(1, servers.size()),
            LEAST_BYTES_EACH,
            LEAST_BYTES_EACH + question.limit() * BYTES_A_ROW);
    int rows = (int) Math.min(question.limit(), bytes / BYTES_A_ROW);
    Map<String, Future<Page>> answers = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient http =
            HttpClient.newBuilder()
                .executor(threads)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .build()) {
      for (Server server : servers) {
        answers.put(
            server.id(),
            threads.submit(() -> ask(http, server, question.atMost(rows), view.revision(), bytes)));
      }
      return gathered(question, rows, answers);
    }
  }

  private static Found gathered(Question question, int most, Map<String, Future<Page>> answers)
      throws InterruptedException {
    long total = 0;
    boolean curtailed = false;
    List<Row> rows = new ArrayList<>();
    List<Found.Unanswered> unanswered = new ArrayList<>();
    for (Map.Entry<String, Future<Page>> answer : answers.entrySet()) {
      try {
        Page page = answer.getValue().get();
        total += page.total();
        curtailed |= most < question.limit() && page.total() > page.rows().size();
        rows.addAll(page.rows());
      } catch (ExecutionException failed) {
        unanswered.add(new Found.Unanswered(answer.getKey(), plain(failed.getCause())));
      }
    }
    if (question.closed()) {
      rows.sort(
          comparingLong(row -> row.ending().map(Row.Ending::millisAgo).orElse(Long.MAX_VALUE)));
    }
    return new Found(
        total,
        List.copyOf(rows.subList(0, Math.min(question.limit(), rows.size()))),
        List.copyOf(unanswered),
        curtailed
            ? "each of the %d servers tells of at most %d connections when all are asked; ask one server, or of one user, for more"
                .formatted(answers.size(), most)
            : "");
  }

  private Page ask(HttpClient http, Server server, Question question, long revision, long mostBytes)
      throws UnansweredException, InterruptedException {
    Address address = address(server);
    if (silence.of(address)) {
      throw tooSlow();
    }
    String base = "http://" + address;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + PATH + "?" + question.query()))
            .timeout(Duration.ofMillis(PATIENCE_MILLIS))
            .header("x-mooring-identity", letter.to(server, base, PATH, revision))
            .build();
    CompletableFuture<HttpResponse<byte[]>> response =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), mostBytes));
    try {
      HttpResponse<byte[]> answer = response.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (answer.statusCode() != 200) {
        throw new UnansweredException("answered HTTP " + answer.statusCode());
      }
      return Page.read(server.id(), answer.body(), question.closed(), question.limit());
    } catch (TimeoutException slow) {
      silence.begin(address);
      throw tooSlow();
    } catch (ExecutionException failed) {
      throw switch (failed.getCause()) {
        case HttpTimeoutException slow -> {
          silence.begin(address);
          yield tooSlow();
        }
        case ConnectException refused -> new UnansweredException("refused the connection");
        case null, default -> new UnansweredException("broke off: " + plain(failed.getCause()));
      };
    } catch (IOException unreadable) {
      throw new UnansweredException("answered something else: " + plain(unreadable));
    } finally {
      response.cancel(true);
    }
  }

  private static UnansweredException tooSlow() {
    return new UnansweredException("did not answer within " + PATIENCE_MILLIS + " ms");
  }

  /** A message may quote what the server sent, and goes to a terminal. */
  private static String plain(@Nullable Throwable cause) {
    String message = String.valueOf(cause == null ? null : cause.getMessage());
    String printable = CONTROL_CHARACTERS.matcher(message).replaceAll("?");
    return printable.substring(0, Math.min(LONGEST_REASON, printable.length()));
  }

  /** Checked again: what stands in Redis is not trusted to have come through Register. */
  private Address address(Server server) throws UnansweredException {
    Address address =
        server
            .apiAddress()
            .orElseThrow(() -> new UnansweredException("has registered no api_address"));
    Optional<String> refused = services.refusal(server.service(), address);
    if (refused.isPresent()) {
      throw new UnansweredException(
          "is not asked: its api_address is " + address + ", expected " + refused.get());
    }
    return address;
  }
}
