package io.mooring.controlplane.registration;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.mooring.controlplane.drain.Drains;
import io.mooring.controlplane.drain.Progress;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryUnavailableException;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.v1.CancelDrainRequest;
import io.mooring.registry.v1.DrainProgress;
import io.mooring.registry.v1.DrainRequest;
import io.mooring.registry.v1.ServerView;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls that begin and end a drain. Any replica answers them; the leader acts. */
final class DrainCalls {
  private static final Logger log = LoggerFactory.getLogger(DrainCalls.class);
  private static final Duration EVERY = Duration.ofMillis(250);

  /**
   * How long a call waits for what this replica's view and the leader are about to catch up with.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final RegistryStore store;
  private final Supplier<RegistryView> view;
  private final Drains drains;
  private final Executor threads;
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * @param threads on which streams wait, one each
   */
  DrainCalls(RegistryStore store, Supplier<RegistryView> view, Drains drains, Executor threads) {
    this.store = store;
    this.view = view;
    this.drains = drains;
    this.threads = threads;
  }

  void drain(DrainRequest request, ServerCallStreamObserver<DrainProgress> progress) {
    // With a handler, what is sent to a call that was just cut is dropped instead of thrown.
    progress.setOnCancelHandler(() -> {});
    try {
      DrainSpec spec = Requests.drain(request);
      Server server = known(request.getServerId());
      if (!drains.request(server.id(), spec)) {
        throw unknown(server.id());
      }
      log.info("event=drain_requested server={} {} by=grpc", server.id(), spec);
      // The thread of a call must not wait: the end of the call would wait with it.
      threads.execute(() -> tell(server, progress));
    } catch (RegistryUnavailableException away) {
      progress.onError(Replies.unavailable(away));
    } catch (StatusRuntimeException refused) {
      progress.onError(refused);
    }
  }

  /** Answers when the leader has acted, or after a while with the server as it is. */
  ServerView cancel(CancelDrainRequest request) {
    Server server = known(Requests.cancelled(request));
    if (drains.withdraw(server.id())) {
      log.info("event=drain_withdrawn server={} by=grpc", server.id());
    }
    drains.awaitEnd(server);
    return view.get()
        .server(server.id())
        .map(Views::server)
        .orElseThrow(() -> unknown(server.id()));
  }

  /** Ends the streams that are open; the drains go on. */
  void close() {
    closing.countDown();
  }

  private void tell(Server server, ServerCallStreamObserver<DrainProgress> progress) {
    DrainProgress last = DrainProgress.getDefaultInstance();
    try {
      while (!progress.isCancelled()) {
        Optional<Progress> now = read(server);
        if (now.isPresent() && (now.get().phase().over() || progress.isReady())) {
          DrainProgress news = Views.drain(now.get());
          if (!news.equals(last)) {
            progress.onNext(news);
            last = news;
          }
        }
        if (now.filter(known -> known.phase().over()).isPresent()) {
          progress.onCompleted();
          return;
        }
        if (closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          progress.onError(
              Status.UNAVAILABLE
                  .withDescription(
                      "this control plane ends; the drain goes on, ask another one about it")
                  .asRuntimeException());
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Empty while it cannot be read. */
  private Optional<Progress> read(Server server) {
    try {
      return Optional.of(drains.of(server));
    } catch (RegistryUnavailableException away) {
      log.debug("event=drain_not_read server={} reason={}", server.id(), away.getMessage());
      return Optional.empty();
    }
  }

  /**
   * The server, if it lives and the caller may speak for its service.
   *
   * @throws StatusRuntimeException NOT_FOUND, PERMISSION_DENIED
   */
  private Server known(String id) {
    Optional<Server> seen = view.get().server(id);
    // A view that has not come so far yet must not open the server to the tokens of others.
    seen.map(Server::service).or(() -> store.service(id)).ifPresent(Credentials::require);
    if (seen.isPresent()) {
      return seen.get();
    }
    if (store.beats().containsKey(id)) {
      seen = await(id);
    }
    return seen.orElseThrow(() -> unknown(id));
  }

  /** The view may not have come so far yet. */
  private Optional<Server> await(String id) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Optional<Server> found = view.get().server(id);
    while (found.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      found = view.get().server(id);
    }
    return found;
  }

  private static StatusRuntimeException unknown(String id) {
    return Status.NOT_FOUND
        .withDescription("no server has the id \"" + id + "\" now")
        .asRuntimeException();
  }
}
