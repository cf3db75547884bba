package io.mooring.server.presence;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Which servers hold which users, and who therefore is online, and in which room. A server counts
 * its own sockets (see {@link Attendance}); here it is one {@link Holder}, whatever their number. A
 * user is online, or in a room, for as long as one live holder says so.
 *
 * <p>A holder is dead when the fleet says so, or when it has said nothing for {@link #TTL}. It is
 * never counted: whoever reads a room drops it first, as {@link #sweep} does for many, and that is
 * a leave for each user whom nobody else holds. A dead one that lives after all finds out with its
 * next {@link #refresh}.
 *
 * <p>Users with a tenant are {@code tenant/user}; names of users and rooms fit the grammar of the
 * client protocol, so they have neither spaces nor braces; an info is JSON of at most {@value
 * #MOST_INFO_BYTES} bytes. Whoever calls has checked that. Calls may name any number of users or
 * rooms; they are made in portions. They never block and may come from any thread; a holder makes
 * no call for a user or a room while its earlier one is under way. Stages complete on any thread,
 * within a few seconds, exceptionally with {@link PresenceException}: of a call that failed, any
 * part may have been done, and it may be repeated.
 */
public interface Presence {
  /** So long a holder is believed without a word of it. */
  Duration TTL = Duration.ofSeconds(30);

  int MOST_INFO_BYTES = 512;

  /**
   * The holder holds these users, for another {@link #TTL}. It is both the beginning and the
   * refresh: who was forgotten is there again.
   */
  CompletionStage<Void> online(Holder holder, Collection<String> users);

  /** The holder holds these users no more. */
  CompletionStage<Void> offline(Holder holder, Collection<String> users);

  /** The server_ids of the live holders of a user, who is offline if there are none. */
  CompletionStage<Set<String>> servers(String user);

  /**
   * The holder holds these users in the room too: a join of each whom nobody held there. The info
   * of one who is there already stays as it is.
   *
   * @param newcomers user → info, empty for none
   * @param turn the one that follows the holder's last {@code enter}, {@code exit} or {@code
   *     correct} of the room; the first of a series if it holds nobody there
   * @return whether the holder's earlier turns are remembered there, and not more; if not, what it
   *     holds there is to be {@link #correct corrected}
   */
  CompletionStage<Boolean> enter(
      Holder holder, String room, Map<String, String> newcomers, Turn turn);

  /**
   * The holder holds these users in the room no more: a leave of each whom nobody else holds there.
   *
   * @param turn as for {@link #enter}
   * @return as for {@link #enter}
   */
  CompletionStage<Boolean> exit(Holder holder, String room, Collection<String> users, Turn turn);

  /**
   * Makes the holder hold exactly these users in the room, whatever it held.
   *
   * @param members user → info, empty for none; of none, the holder has left the room
   * @param turn what the last turn is from now on: the first of a series, or none without members
   * @return whether it does; if not, something was taken from it meanwhile, and it is to be
   *     corrected again
   */
  CompletionStage<Boolean> correct(
      Holder holder, String room, Map<String, String> members, Turn turn);

  /**
   * The holder holds what it held in these rooms, for another {@link #TTL}.
   *
   * @param turns of each room, the last turn
   * @return the rooms of which it is not so, because something was lost or the holder was taken for
   *     dead: what it holds there is to be {@link #correct corrected}
   */
  CompletionStage<Set<String>> refresh(Holder holder, Map<String, Turn> turns);

  /** Who is in a room; a read of everything, for a few thousand users some milliseconds. */
  CompletionStage<Members> members(String room);

  /** The versions of rooms, {@link Version#NONE} among them. */
  CompletionStage<Map<String, Version>> versions(Collection<String> rooms);

  /**
   * Drops every dead holder from these rooms; where it fails in one, from the others, and then the
   * whole fails.
   */
  CompletionStage<Void> sweep(Collection<String> rooms);

  /**
   * Tells a watcher what happens in a room, for as long as it is not unwatched. A room has one
   * watcher at a time here; not called while an earlier call for it is under way.
   *
   * @return completes when what happens from then on is told. After a failure it is not watched.
   */
  CompletionStage<Void> watch(String room, Watcher watcher);

  /**
   * Ends the watch. Not called while an earlier call for the room is under way.
   *
   * @return completes, and never exceptionally, when the room may be watched anew
   */
  CompletionStage<Void> unwatch(String room);
}
