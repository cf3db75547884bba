import { Backoff } from "./backoff.js";
import type { Environment } from "./environment.js";
import type { Feed } from "./feed.js";
import { reaches } from "./feed.js";
import type { ChannelMessage, Listener, Member, SubscriptionState } from "./listener.js";
import { Members } from "./members.js";
import type { WireMessage } from "./messages.js";
import type { Position } from "./position.js";
import { judge, missing, positionOf, same } from "./position.js";
import { Reconciliation } from "./reconciliation.js";
import type { Snapshot } from "./snapshot.js";
import { Keys } from "./snapshot.js";
import type { Socket } from "./socket.js";

/**
 * One channel, as the application sees it: one stream, whatever becomes of the sockets. Each message
 * is delivered once, in order, from whichever socket brings it first, and a loss is told before what
 * follows it.
 */
export class Subscription {
  readonly channel: string;
  readonly #env: Environment;
  readonly #listener: Listener;
  readonly #over: () => void;
  readonly #feeds = new Map<Socket, Feed>();
  readonly #keys = new Keys();
  /** Between requests that nobody can answer now. */
  readonly #asking: Backoff;
  /** Between requests after something did not fit. */
  readonly #mending: Backoff;
  #state: SubscriptionState = "pending";
  #position: Position | undefined;
  #reconciliation: Reconciliation<ChannelMessage> | undefined;
  /** What has a key and stands here or before, the last snapshot has contained. */
  #contained: Position | undefined;
  #left = false;
  /** Undefined if the application did not ask for them. */
  readonly #members: Members | undefined;

  /** @internal */
  constructor(
    env: Environment,
    channel: string,
    listener: Listener,
    over: () => void,
    presence: boolean,
  ) {
    this.#env = env;
    this.channel = channel;
    this.#listener = listener;
    this.#over = over;
    this.#asking = new Backoff(env.random, env.resubscribeBackoff);
    this.#mending = new Backoff(env.random);
    this.#members = presence ? this.#newMembers() : undefined;
  }

  /** `pending` until the server has answered, and whenever there is no socket. */
  get state(): SubscriptionState {
    return this.#state;
  }

  /** The place of the last message that arrived, at first the place where it began. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Who is there, as far as is known; nobody if the subscription is without presence. */
  get members(): ReadonlyMap<string, Member> {
    return this.#members?.all ?? new Map();
  }

  /** Ends it; its listener hears nothing any more. Another one on the channel may begin at once. */
  unsubscribe(): void {
    this.#left = true;
    if (this.#state === "pending" || this.#state === "live") {
      this.#end("ended");
    }
  }

  /** @internal Asks for the channel on that socket, unless it was. */
  ask(socket: Socket): void {
    if (!this.#feeds.has(socket)) {
      this.#request(socket);
    }
  }

  /** @internal Whether it waits for its very first answer, so that it would miss what comes before. */
  beginsOn(socket: Socket): boolean {
    const feed = this.#feeds.get(socket);
    return !this.#position && feed !== undefined && !feed.retry;
  }

  /** @internal Whether it is known from where on that socket brings the channel, or no other does. */
  answeredOn(socket: Socket): boolean {
    return this.#feeds.get(socket)?.start !== undefined || !this.#answered().length;
  }

  /** @internal Whether that socket alone would do from now on. */
  joinedOn(socket: Socket): boolean {
    return this.#feeds.get(socket)?.joined === true || !this.#answered().length;
  }

  /** @internal The socket has ended, or is not listened to any more. */
  gone(socket: Socket): void {
    this.#feeds.get(socket)?.retry?.();
    this.#feeds.delete(socket);
    this.#pend();
    this.#settle();
  }

  /** @internal The client was closed. */
  pause(): void {
    this.#reconciliation?.pause();
  }

  /** @internal Something about the channel has come from that socket. */
  message(socket: Socket, message: WireMessage): void {
    const feed = this.#feeds.get(socket);
    if (!feed) {
      return;
    }
    const answers = feed.id === message.id;
    const { op } = message;
    if (op === "msg" && feed.start) {
      this.#message(socket, feed, message);
    } else if (op === "lost" && feed.start) {
      this.#lost(feed, message);
    } else if (op === "subbed" && answers) {
      this.#subbed(socket, feed, message);
    } else if (op === "sub_failed" && answers) {
      this.#failed(socket, feed, message.reason ?? "unknown");
    } else if (op === "unsubbed" && message.reason) {
      this.#feeds.delete(socket);
      this.#end("ended", message.reason);
    } else if (op === "join" || op === "leave" || op === "presence") {
      this.#members?.message(socket, message);
    }
  }

  #newMembers(): Members {
    const page = (socket: Socket, after: string): number => {
      const id = this.#env.id();
      socket.ask({ op: "presence", id, ch: this.channel, after });
      return id;
    };
    return new Members(page, {
      known: (members) => this.#tell(() => this.#listener.members?.({ members })),
      joined: (member) => this.#tell(() => this.#listener.joined?.(member)),
      left: (member) => this.#tell(() => this.#listener.left?.(member)),
    });
  }

  #request(socket: Socket): void {
    const id = this.#env.id();
    const pos = this.#position;
    this.#feeds.get(socket)?.retry?.();
    this.#feeds.set(socket, { id, resumed: pos !== undefined, joined: false, held: [] });
    const presence = this.#members && true;
    socket.ask({ op: "sub", id, ch: this.channel, pos, presence });
  }

  /** Asks for the channel anew, from where it is, so that the server judges. */
  #requestAgain(socket: Socket): void {
    const retry = this.#env.clock.after(this.#mending.next(), () => this.#request(socket));
    this.#feeds.set(socket, { id: -1, resumed: false, joined: false, held: [], retry });
    socket.ask({ op: "unsub", id: this.#env.id(), ch: this.channel, again: true });
    this.#pend();
  }

  /** Nobody brings the channel if no socket was answered for it. */
  #pend(): void {
    if (this.#state === "live" && !this.#answered().length) {
      this.#state = "pending";
    }
  }

  #subbed(socket: Socket, feed: Feed, message: WireMessage): void {
    const start = positionOf(message.pos);
    const last = this.#position;
    const recovered = message.recovered === true || (last !== undefined && same(start, last));
    feed.start = start;
    feed.conflate = message.conflate === true;
    feed.snapshot = message.snapshot === true;
    feed.reason = recovered || !feed.resumed ? undefined : (message.reason ?? "unknown");
    feed.joined = !last || (recovered && start.epoch === last.epoch && start.off <= last.off);
    this.#position ??= start;
    this.#asking.reset();
    if (this.#state === "pending") {
      this.#state = "live";
      const replayed = message.replayed ?? 0;
      this.#tell(() => this.#listener.subscribed?.({ position: start, recovered, replayed }));
    }
    this.#members?.begin(socket, message);
    this.#reconciliation?.run();
    this.#settle();
    if (this.#feeds.get(socket) === feed && !feed.joined && feed.reason === undefined) {
      this.#requestAgain(socket);
    }
  }

  #failed(socket: Socket, feed: Feed, reason: string): void {
    if (reason === "unavailable") {
      feed.retry = this.#env.clock.after(this.#asking.next(), () => this.#request(socket));
    } else {
      this.#feeds.delete(socket);
      this.#end("failed", reason);
    }
  }

  #lost(feed: Feed, message: WireMessage): void {
    feed.start = positionOf(message.pos);
    feed.reason = message.reason ?? "unknown";
    feed.snapshot = message.snapshot === true;
    feed.joined = false;
    feed.held = [];
    this.#settle();
  }

  #message(socket: Socket, feed: Feed, message: WireMessage): void {
    if (feed.joined) {
      this.#take(socket, feed, message);
    } else {
      feed.held.push(message);
      this.#settle();
    }
  }

  #take(socket: Socket, feed: Feed, message: WireMessage): void {
    const { off, tag, data, key, from } = message;
    const at = positionOf({ epoch: feed.start!.epoch, off, tag });
    switch (judge(this.#position!, at.off, at.tag, feed.conflate === true)) {
      case "next":
        this.#position = at;
        this.#mending.reset();
        this.#pass({
          channel: this.channel,
          ...at,
          data,
          ...(key === undefined ? {} : { key }),
          ...(from === undefined ? {} : { from }),
        });
        if (this.#feeds.size > 1) {
          this.#settle();
        }
        break;
      case "seen":
        this.#env.counters.duplicates++;
        break;
      case "contradiction":
      case "gap":
        this.#env.counters.gaps++;
        this.#requestAgain(socket);
        break;
    }
  }

  /**
   * Joins the feeds that have reached the position. If none is joined, or the log of the newest socket
   * is another one, nobody will bring what is missing: then it goes on from where that one is.
   */
  #settle(): void {
    for (const [socket, feed] of this.#feeds) {
      if (!feed.joined && this.#position && reaches(feed, this.#position)) {
        this.#join(socket, feed);
      }
    }
    const answered = this.#answered();
    const [socket, feed] = answered.at(-1) ?? [];
    if (!socket || !feed || feed.joined) {
      return;
    }
    if (feed.reason !== "epoch_changed" && answered.some(([, other]) => other.joined)) {
      return;
    }
    if (feed.reason === undefined) {
      this.#requestAgain(socket);
    } else {
      this.#lose(feed, feed.reason);
      this.#join(socket, feed);
    }
  }

  #join(socket: Socket, feed: Feed): void {
    const { held } = feed;
    feed.joined = true;
    feed.held = [];
    for (const message of held) {
      // What one message leads to may end the feed.
      if (this.#feeds.get(socket) === feed && feed.joined) {
        this.#take(socket, feed, message);
      }
    }
  }

  #lose(feed: Feed, reason: string): void {
    const last = this.#position!;
    const position = feed.start!;
    // What comes before the loss is told before it.
    this.#release();
    for (const other of this.#feeds.values()) {
      if (other !== feed) {
        other.joined = false;
        other.reason = undefined;
      }
    }
    this.#position = position;
    this.#env.counters.losses += missing(last, position);
    this.#tell(() => this.#listener.lost?.({ reason, position }));
    if (reason === "epoch_changed") {
      this.#keys.distrust();
      this.#contained = undefined;
    }
    if (this.#reconciliation) {
      this.#reconciliation.restart(position);
    } else if (feed.snapshot) {
      this.#reconciliation = new Reconciliation(
        this.#env,
        this.channel,
        last,
        position,
        (snapshot) => this.#reconciled(snapshot),
        (forGood) => {
          this.#release();
          if (forGood) {
            this.#reconciliation = undefined;
          }
        },
      );
      this.#reconciliation.run();
    }
  }

  /** Nothing waits behind the snapshot any more. */
  #release(): void {
    this.#reconciliation?.take().forEach((message) => this.#deliver(message));
  }

  #reconciled(snapshot: Snapshot): void {
    const held = this.#reconciliation?.take() ?? [];
    const { position } = snapshot;
    const reconciled = this.#keys.reconcile(snapshot);
    this.#reconciliation = undefined;
    this.#contained = position;
    this.#tell(() => this.#listener.reconciled?.(reconciled));
    for (const message of held) {
      // What an earlier life of the log said of a key, the snapshot has overruled.
      if (message.key === undefined || message.epoch === position.epoch) {
        this.#pass(message);
      }
    }
  }

  #pass(message: ChannelMessage): void {
    const contained = this.#contained;
    const known =
      message.key !== undefined &&
      message.epoch === contained?.epoch &&
      message.off <= contained.off;
    if (!known && !this.#reconciliation?.hold(message)) {
      this.#deliver(message);
    }
  }

  #deliver(message: ChannelMessage): void {
    if (message.key !== undefined) {
      this.#keys.told(message.key, message, message.data, this.#reconciliation !== undefined);
    }
    this.#tell(() => this.#listener.message?.(message));
  }

  #end(state: "failed" | "ended", reason?: string): void {
    this.#state = state;
    for (const [socket, feed] of this.#feeds) {
      feed.retry?.();
      socket.ask({ op: "unsub", id: this.#env.id(), ch: this.channel });
    }
    this.#feeds.clear();
    this.#reconciliation?.pause();
    this.#over();
    if (reason === undefined) {
      return;
    }
    if (this.#listener[state]) {
      this.#tell(() => this.#listener[state]?.({ reason }));
    } else {
      this.#env.events.error(
        reason,
        `the subscription to ${this.channel} has ${state}, as the server said ${reason}: its listener has no ${state}() to hear of it`,
      );
    }
  }

  #answered(): [Socket, Feed][] {
    return [...this.#feeds].filter(([, feed]) => feed.start);
  }

  /** The application may have left by the time it would be called. */
  #tell(call: () => unknown): void {
    this.#env.events.later(() => (this.#left ? undefined : call()));
  }
}
