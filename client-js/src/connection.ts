import { Attempts } from "./attempts.js";
import type { Cancel } from "./clock.js";
import type { Ending } from "./endings.js";
import { REPLACED } from "./endings.js";
import type { Environment } from "./environment.js";
import type { Hello, WireMessage } from "./messages.js";
import type { PageEvents } from "./page.js";
import { isOffline, watchPage } from "./page.js";
import type { QueueLimits } from "./publishing.js";
import { Publishing } from "./publishing.js";
import { Renewal } from "./renewal.js";
import type { SocketEvents } from "./socket.js";
import { Socket } from "./socket.js";
import type { Event, State } from "./state.js";
import { next } from "./state.js";
import { Subscriptions } from "./subscriptions.js";

/** How long an old socket is listened to for what the new one has not reached. */
export const HAND_OVER_MS = 2000;

export interface Greeted {
  readonly conn: string;
  readonly server: string;
  readonly url: string;
}

/**
 * Keeps one socket open; while it moves, two. Each event of a socket is checked against the place
 * that the socket has here, so that nothing of one that was replaced gets through.
 */
export class Connection implements SocketEvents, PageEvents {
  readonly subscriptions: Subscriptions;
  readonly publishing: Publishing;
  state: State = "idle";
  /** What the last `hello` said. */
  greeting: Greeted | undefined;

  readonly #env: Environment;
  readonly #attempts: Attempts;
  readonly #renewals = new Map<Socket, Renewal>();
  /** The one in use; the server has greeted on it. */
  #live: Socket | undefined;
  /** The one that is being opened; during a move, until it has taken over. */
  #coming: Socket | undefined;
  /** The one that was replaced, for as long as publications wait for their answers on it. */
  #retiring: Socket | undefined;
  #greetedOnce = false;
  #offline = false;
  /** When the server that is moved to wants to be left in turn. */
  #nextSlot: number | undefined;
  #planned: Cancel | undefined;
  #health: Cancel | undefined;
  #handOver: Cancel | undefined;
  #unwatch: Cancel | undefined;
  #closing: Promise<unknown> = Promise.resolve();

  constructor(env: Environment, url: string, queue: QueueLimits) {
    this.#env = env;
    this.#attempts = new Attempts(env, url);
    this.subscriptions = new Subscriptions(env, () => {
      this.publishing.flush();
      this.#takeOverIfJoined();
    });
    this.publishing = new Publishing(
      env,
      queue,
      () => this.target(),
      (channel, socket) => this.subscriptions.beginsOn(channel, socket),
      () => this.#release(),
    );
  }

  /** The newest socket on which the server has greeted. */
  target(): Socket | undefined {
    return this.#coming?.hello ? this.#coming : this.#live;
  }

  connect(): void {
    if (!this.#fire("connect", "connect")) {
      return;
    }
    this.#greetedOnce = false;
    this.#attempts.restart();
    this.#env.tokens.forget();
    this.#unwatch = watchPage(this);
    this.#offline = isOffline() ?? this.#offline;
    if (this.#offline) {
      this.#fire("offline", "offline");
    } else {
      this.#open();
    }
  }

  close(): Promise<unknown> {
    if (this.#fire("close", "close")) {
      this.#shutDown("by the application");
    }
    return this.#closing;
  }

  offline(): void {
    this.#offline = true;
    if (this.#fire("offline", "offline")) {
      this.#planned?.();
      const coming = this.#coming;
      this.#coming = undefined;
      void coming?.close();
    }
  }

  online(): void {
    this.#offline = false;
    if (this.#fire("online", "online")) {
      this.#open();
    } else {
      this.#live?.probe();
    }
  }

  wake(): void {
    this.#live?.check();
    this.#coming?.check();
  }

  /** Should the page be shown again, the end of the sockets leads to others. */
  leave(): void {
    [this.#coming, this.#live, this.#retiring].forEach((socket) => socket?.leave());
  }

  greeted(socket: Socket, hello: Hello): void {
    if (socket !== this.#coming) {
      return;
    }
    const { conn, server, url, limits } = hello;
    this.#attempts.greeted(hello);
    this.publishing.limits = limits;
    this.greeting = { conn, server, url };
    if (!this.#live) {
      this.#live = socket;
      this.#coming = undefined;
      if (this.#greetedOnce) {
        this.#env.counters.reconnects++;
      }
      this.#fire("opened", "hello");
      this.#watchHealth();
    }
    this.#greetedOnce = true;
    this.subscriptions.ask(socket);
    this.publishing.flush();
    this.#takeOverIfJoined();
  }

  message(socket: Socket, message: WireMessage): void {
    switch (message.op) {
      case "msg":
      case "lost":
      case "join":
      case "leave":
      case "presence":
        this.subscriptions.message(socket, message);
        break;
      case "subbed":
      case "sub_failed":
      case "unsubbed":
        this.subscriptions.message(socket, message);
        // What waited for this answer may go now.
        this.publishing.flush();
        break;
      case "pubbed":
        this.publishing.published(message);
        break;
      case "authed":
      case "error":
        this.#answered(socket, message);
        break;
      case "auth_expiring":
        this.#renew(socket);
        break;
      case "reconnect":
        this.#told(socket, message);
        break;
    }
    this.#takeOverIfJoined();
  }

  ended(socket: Socket, ending: Ending): void {
    const wasLive = socket === this.#live;
    this.#renewals.delete(socket);
    if (wasLive) {
      this.#live = undefined;
    } else if (socket === this.#coming) {
      this.#coming = undefined;
      this.#nextSlot = undefined;
      this.#handOver?.();
      this.#handOver = undefined;
    } else if (socket === this.#retiring) {
      this.#retiring = undefined;
      this.publishing.gone(socket);
      return;
    } else {
      return;
    }
    const replaced = wasLive && this.#coming && ending.code === REPLACED;
    if (!this.#attempts.ended(socket, ending) && !replaced) {
      const { reason } = ending;
      this.#fire("refused", reason);
      this.#shutDown(`the server said ${reason}`);
      this.subscriptions.gone(socket);
      this.#env.events.error(
        reason.split(":")[0]!,
        `the server said ${reason}, after which coming back is useless: find out why, and connect() again`,
      );
      return;
    }
    this.subscriptions.gone(socket);
    this.publishing.gone(socket);
    if (!wasLive || !this.#coming) {
      this.#comeBack(ending);
    } else if (this.#coming.hello) {
      this.#takeOver(this.#coming);
    } else {
      this.#health?.();
      this.#fire("failed", ending.reason, undefined, true);
    }
  }

  /** Plans the next attempt. */
  #comeBack(ending: Ending): void {
    const delayMs = this.#attempts.delay(ending);
    if (this.#live) {
      // The move goes on, from a socket that is still good.
      this.subscriptions.ask(this.#live);
      this.#plan(delayMs);
      return;
    }
    this.#health?.();
    if (this.#offline) {
      this.#planned?.();
      this.#fire("failed", ending.reason);
    } else {
      this.#fire("failed", ending.reason, delayMs);
      this.#plan(delayMs);
    }
  }

  #plan(delayMs: number): void {
    this.#planned?.();
    this.#planned = this.#env.clock.after(delayMs, () => {
      this.#fire("due", "due");
      this.#open();
    });
  }

  #open(): void {
    this.#planned?.();
    const socket = new Socket(this.#env, this);
    this.#coming = socket;
    socket.open(this.#attempts.url, this.#env.tokens.get());
  }

  #told(socket: Socket, { after_ms: delayMs = 0, reason = "reconnect", url }: WireMessage): void {
    if (socket === this.#retiring) {
      return;
    }
    this.#attempts.told(url);
    if (socket === this.#coming) {
      this.#nextSlot = this.#env.clock.now() + delayMs;
      return;
    }
    this.#fire("told", reason, delayMs);
    if (!this.#coming) {
      this.#plan(delayMs);
    }
  }

  #takeOverIfJoined(): void {
    const coming = this.#coming;
    if (!coming?.hello || !this.#live) {
      return;
    }
    if (this.subscriptions.allJoinedOn(coming)) {
      this.#takeOver(coming);
    } else if (!this.#handOver && this.subscriptions.allAnsweredOn(coming)) {
      this.#handOver = this.#env.clock.after(HAND_OVER_MS, () => this.#takeOver(coming));
    }
  }

  /** From now on there is only the new socket, but for answers that are still due on the old one. */
  #takeOver(socket: Socket): void {
    const old = this.#live;
    const before = this.#retiring;
    this.#planned?.();
    this.#handOver?.();
    this.#handOver = undefined;
    this.#live = socket;
    this.#coming = undefined;
    this.#retiring = old;
    this.#env.counters.moves++;
    this.#fire("moved", "moved");
    this.#watchHealth();
    if (before) {
      this.#drop(before);
    }
    if (old) {
      this.subscriptions.gone(old);
      this.#release();
    }
    if (this.#nextSlot !== undefined) {
      const delayMs = Math.max(0, this.#nextSlot - this.#env.clock.now());
      this.#nextSlot = undefined;
      this.#fire("told", "reconnect", delayMs);
      this.#plan(delayMs);
    }
  }

  /** Lets the replaced socket go as soon as nothing is due on it. */
  #release(): void {
    const retiring = this.#retiring;
    if (retiring && !this.publishing.inFlight(retiring)) {
      this.#retiring = undefined;
      this.#drop(retiring);
    }
  }

  #drop(socket: Socket): Promise<void> {
    this.#renewals.delete(socket);
    const closing = socket.close();
    this.subscriptions.gone(socket);
    this.publishing.gone(socket);
    return closing;
  }

  #answered(socket: Socket, message: WireMessage): void {
    const known = this.#renewals.get(socket)?.answered(message);
    const { op, code = "error", message: text = "" } = message;
    if (op === "error" && !known && !this.publishing.refused(message) && code !== "unknown_op") {
      this.#env.events.error(code, `the server says: ${text}`);
    }
  }

  #renew(socket: Socket): void {
    if (socket !== this.#retiring) {
      const renewal = this.#renewals.get(socket) ?? new Renewal(this.#env, socket);
      this.#renewals.set(socket, renewal);
      renewal.begin();
    }
  }

  #watchHealth(): void {
    this.#health?.();
    this.#health = this.#env.clock.after(this.#live!.hello!.healthMs, () =>
      this.#attempts.healthy(),
    );
  }

  #shutDown(why: string): void {
    this.#planned?.();
    this.#health?.();
    this.#handOver?.();
    this.#handOver = undefined;
    this.#unwatch?.();
    this.#nextSlot = undefined;
    // In this order, as a socket that has not taken over yet has not what the live one has.
    const sockets = [this.#coming, this.#live, this.#retiring].filter((socket) => socket);
    this.#live = undefined;
    this.#coming = undefined;
    this.#retiring = undefined;
    this.publishing.close(why);
    this.#closing = Promise.all(sockets.map((socket) => this.#drop(socket!)));
    this.subscriptions.pause();
  }

  /** Whether the event meant anything. */
  #fire(event: Event, reason: string, delayMs?: number, underWay = false): boolean {
    const from = this.state;
    const to = next(from, event, underWay);
    if (to === undefined) {
      return false;
    }
    this.state = to;
    if (from !== to) {
      this.#env.events.state({ from, to, reason, ...(delayMs === undefined ? {} : { delayMs }) });
    }
    return true;
  }
}
