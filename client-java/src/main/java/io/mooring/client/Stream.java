package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel as the application hears it: whole, in order, each message once, whichever sockets
 * bring it. Belongs to the client's order.
 *
 * <p>While the client moves, two sockets bring the channel. Both are heard, and what one of them
 * brings that the other has brought already is dropped by its offset. That is right as each of them
 * is whole from a place on that the application has reached; one that is not yet, as it begins
 * later, is held back until the other has come so far.
 */
final class Stream {
  private static final Logger log = LoggerFactory.getLogger(Stream.class);

  private final Environment environment;
  private final Subscription subscription;
  private final Listener listener;
  private final Reconciliation reconciliation;
  private final Optional<Members> members;
  private final BiConsumer<Stream, Session> asking;
  private final Backoff backoff;

  /** One for each socket that was asked, the oldest first. */
  private final List<Feed> feeds = new ArrayList<>(2);

  /** Those that are to be asked again in a while. */
  private final List<Session> resting = new ArrayList<>(2);

  /** How far the channel has come; null before it was live for the first time. */
  private @Nullable Position last;

  /** Whether a server has granted it since it last had to be asked for again, and when. */
  private boolean granted;

  private long grantedAt;

  /**
   * @param asking asks a socket for this channel, with others
   */
  Stream(
      Environment environment,
      Snapshots snapshots,
      Subscription subscription,
      Listener listener,
      SubscribeOptions options,
      BiConsumer<Stream, Session> asking) {
    this.environment = environment;
    this.subscription = subscription;
    this.listener = listener;
    this.asking = asking;
    this.backoff = environment.backoff();
    this.members =
        options.presence()
            ? Optional.of(new Members(subscription.channel(), listener, this::call))
            : Optional.empty();
    this.reconciliation =
        new Reconciliation(
            environment, snapshots, subscription.channel(), this::tell, this::reconciled);
  }

  String channel() {
    return subscription.channel();
  }

  Subscription subscription() {
    return subscription;
  }

  /** Who is there; empty if that was not asked for. */
  Optional<Members> members() {
    return members;
  }

  /** Whether {@code session} has been asked for it, or will be by itself. */
  boolean wasAsked(Session session) {
    return feed(session) != null || resting.contains(session);
  }

  /** The request to {@code session}: to go on where the channel is, if it ever was live. */
  String ask(Session session) {
    Feed feed = new Feed(session, session.nextId(), last);
    feeds.add(feed);
    return Frames.subscribe(feed.id(), channel(), last, members.isPresent());
  }

  /** Whether it is known from where on {@code session} brings it, or no other socket does. */
  boolean isAnsweredBy(Session session) {
    Feed feed = feed(session);
    return (feed != null && feed.answered()) || !isHeardElsewhere(feed);
  }

  /** Whether the application would miss nothing of it if {@code session} were the only socket. */
  boolean isCarriedBy(Session session) {
    Feed feed = feed(session);
    return feed != null && feed.answered() ? feed.carries() : !isHeardElsewhere(feed);
  }

  void subscribed(Session session, JsonNode message) {
    Feed feed = feed(session);
    if (feed == null || feed.id() != message.path("id").asLong()) {
      // Of a request that was taken back.
      return;
    }
    Position position = position(message);
    boolean recovered = message.path("recovered").asBoolean();
    Optional<Feed.Loss> loss =
        recovered || feed.asked() == null ? Optional.empty() : Optional.of(loss(message));
    feed.conflate(message.path("conflate").asBoolean());
    feed.begin(position, loss);
    granted = true;
    grantedAt = environment.nanos();
    boolean live = feeds.stream().anyMatch(Feed::joined);
    Position had = last;
    if (had == null) {
      last = position;
      subscription.reach(position);
    }
    boolean goesOn = had == null || feed.continues(had, !isHeardElsewhere(feed));
    if (!live) {
      subscription.become(SubscriptionState.LIVE);
      reconciliation.resume(had == null ? position : had);
      Subscribed event =
          new Subscribed(position, goesOn && had != null, message.path("replayed").asLong());
      call(() -> listener.subscribed(event));
    }
    members.ifPresent(those -> those.begin(session, message));
    settle(feed);
  }

  void lost(Session session, JsonNode message) {
    Feed feed = feed(session);
    if (feed != null && feed.answered()) {
      feed.begin(position(message), Optional.of(loss(message)));
      settle(feed);
    }
  }

  private static Position position(JsonNode message) {
    return Position.of(message.path("pos"))
        .orElseThrow(() -> new MalformedException("pos with epoch, off and tag"));
  }

  private static Feed.Loss loss(JsonNode message) {
    return new Feed.Loss(
        message.path("reason").asText("unknown"), message.path("snapshot").asBoolean());
  }

  void message(Session session, JsonNode json) {
    Feed feed = feed(session);
    Position at = feed == null ? null : feed.at();
    if (feed == null || at == null) {
      // Of a request that was taken back.
      return;
    }
    if (!json.path("off").isIntegralNumber() || !json.path("tag").isIntegralNumber()) {
      throw new MalformedException("msg with off and tag");
    }
    long off = json.path("off").asLong();
    long tag = json.path("tag").asLong();
    switch (Sequence.of(at, off, tag, feed.conflate())) {
      case DUPLICATE -> environment.tallies().duplicates.incrementAndGet();
      case GAP -> {
        log.warn("event=gap channel={} after={} next={}", channel(), at.off(), off);
        environment.tallies().gaps.incrementAndGet();
        askAgain(feed);
      }
      case CONTRADICTION -> askAgain(feed);
      case NEXT -> {
        Position position = new Position(at.epoch(), off, tag);
        feed.reach(position);
        Message message =
            new Message(
                channel(),
                position,
                json.path("data"),
                Optional.ofNullable(json.path("key").textValue()),
                Optional.ofNullable(json.path("from").textValue()));
        if (feed.joined()) {
          pass(feed, message);
        } else if (!feed.held().add(message)) {
          giveUpWaiting(feed);
        }
      }
    }
  }

  /** The server refused a request. */
  void failed(Session session, long id, String reason) {
    Feed feed = feed(session);
    if (feed == null || feed.id() != id) {
      return;
    }
    feeds.remove(feed);
    if (reason.equals("unavailable")) {
      pend();
      later(session);
    } else if (subscription.end(SubscriptionState.FAILED)) {
      environment.callbacks().call(() -> listener.failed(reason));
    }
  }

  /** The server ended it. */
  void ended(Session session, String reason) {
    Feed feed = feed(session);
    if (feed != null) {
      feeds.remove(feed);
      if (subscription.end(SubscriptionState.ENDED)) {
        environment.callbacks().call(() -> listener.ended(reason));
      }
    }
  }

  /** {@code session} brings nothing any more. */
  void gone(Session session) {
    resting.remove(session);
    feeds.removeIf(feed -> feed.session() == session);
    for (Feed other : List.copyOf(feeds)) {
      if (other.answered() && !other.joined() && !isHeardElsewhere(other)) {
        giveUpWaiting(other);
      }
    }
    pend();
  }

  /** The subscription is over; sockets that bring it are told so. */
  void leave() {
    for (Feed feed : feeds) {
      takeBack(feed, false);
    }
    feeds.clear();
    resting.clear();
    reconciliation.stop();
  }

  /** The client is closed; a later connection goes on from what the application has. */
  void close() {
    feeds.clear();
    resting.clear();
    Position forgotten = reconciliation.stop();
    if (forgotten != null) {
      last = forgotten;
      subscription.reach(forgotten);
    }
    pend();
  }

  /** Finds out whether a feed that begins carries on from what the application has. */
  private void settle(Feed feed) {
    Position had = last;
    if (had == null) {
      return;
    }
    if (feed.continues(had, !isHeardElsewhere(feed))) {
      join(feed, had);
    } else if (isHeardElsewhere(feed) && feed.mayBeBridged(had)) {
      feed.part();
    } else {
      giveUpWaiting(feed);
    }
  }

  private void join(Feed feed, Position had) {
    feed.join(had);
    for (Message message : feed.held().take()) {
      if (feed.joined()) {
        pass(feed, message);
      }
    }
  }

  /** No other socket brings what lies before this feed. */
  private void giveUpWaiting(Feed feed) {
    Position start = feed.start();
    Feed.Loss loss = feed.loss().orElse(null);
    Position had = last;
    if (start == null || had == null) {
      return;
    }
    if (loss == null) {
      // It never was asked to go on from there.
      askAgain(feed);
      return;
    }
    boolean sameLog = start.epoch().equals(had.epoch()) && start.off() > had.off();
    environment.tallies().losses.addAndGet(sameLog ? start.off() - had.off() : 1);
    reconciliation.release();
    if (loss.anotherLog()) {
      reconciliation.distrust();
    }
    last = start;
    subscription.reach(start);
    call(() -> listener.lost(new Lost(loss.reason(), start, loss.snapshot())));
    if (loss.snapshot() && !subscription.isOver()) {
      reconciliation.begin(had, start);
    }
    reconsiderOthers(feed, start);
    join(feed, start);
  }

  /** After {@code feed} began anew, what others bring may fit no more. */
  private void reconsiderOthers(Feed feed, Position now) {
    for (Feed other : List.copyOf(feeds)) {
      Position at = other.at();
      if (other == feed || at == null) {
        continue;
      }
      boolean ahead = at.epoch().equals(now.epoch()) && at.off() > now.off();
      if (ahead && other.joined()) {
        askAgain(other);
      } else if (other.continues(now, false)) {
        if (!other.joined()) {
          join(other, now);
        }
      } else {
        other.part();
        if (feeds.indexOf(other) < feeds.indexOf(feed)) {
          feeds.remove(other);
        }
      }
    }
  }

  /** A message that fits, unless another socket has brought it. */
  private void pass(Feed feed, Message message) {
    Position had = last;
    if (had != null && message.off() <= had.off()) {
      if (message.off() == had.off() && message.tag() != had.tag()) {
        askAgain(feed);
      } else {
        environment.tallies().duplicates.incrementAndGet();
      }
      return;
    }
    last = message.position();
    subscription.reach(message.position());
    reconciliation.message(message);
    if (feeds.size() > 1) {
      for (Feed other : List.copyOf(feeds)) {
        if (!other.joined() && other.continues(message.position(), false)) {
          join(other, message.position());
        }
      }
    }
  }

  /**
   * Takes a request back and makes it again later, for the server to judge where the channel is.
   */
  private void askAgain(Feed feed) {
    feeds.remove(feed);
    feed.part();
    takeBack(feed, true);
    pend();
    later(feed.session());
  }

  private void takeBack(Feed feed, boolean again) {
    Session session = feed.session();
    if (session.speaks()) {
      session.request(Frames.unsubscribe(session.nextId(), channel(), again));
    }
  }

  private void later(Session session) {
    if (granted && environment.nanos() - grantedAt > Backoff.HEALTH.toNanos()) {
      backoff.healthy();
    }
    granted = false;
    resting.add(session);
    environment.after(
        backoff.next(),
        () -> {
          if (resting.remove(session)) {
            asking.accept(this, session);
          }
        });
  }

  private void pend() {
    if (feeds.stream().noneMatch(Feed::joined)) {
      subscription.become(SubscriptionState.PENDING);
    }
  }

  private @Nullable Feed feed(Session session) {
    for (Feed feed : feeds) {
      if (feed.session() == session) {
        return feed;
      }
    }
    return null;
  }

  private boolean isHeardElsewhere(@Nullable Feed feed) {
    for (Feed other : feeds) {
      if (other != feed && other.answered()) {
        return true;
      }
    }
    return false;
  }

  private void tell(Message message) {
    call(() -> listener.message(message));
  }

  private void reconciled(Reconciled reconciled) {
    call(() -> listener.reconciled(reconciled));
  }

  private void call(Runnable callback) {
    if (!subscription.isOver()) {
      environment.callbacks().call(callback);
    }
  }
}
