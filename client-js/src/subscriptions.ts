import type { Environment } from "./environment.js";
import { MooringError } from "./errors.js";
import type { Listener, SubscribeOptions } from "./listener.js";
import type { WireMessage } from "./messages.js";
import { expectChannel } from "./messages.js";
import { checkListener, checkOptions } from "./options.js";
import type { Socket } from "./socket.js";
import { Subscription } from "./subscription.js";

/** All subscriptions of a client, by their channels. */
export class Subscriptions {
  readonly #env: Environment;
  readonly #ended: () => void;
  readonly #byChannel = new Map<string, Subscription>();

  /** @param ended called when a subscription is over */
  constructor(env: Environment, ended: () => void) {
    this.#env = env;
    this.#ended = ended;
  }

  add(channel: string, listener: Listener, options: SubscribeOptions): Subscription {
    expectChannel(channel);
    checkListener(listener);
    checkOptions("subscribe()", options, { presence: "boolean" });
    if (this.#byChannel.has(channel)) {
      throw new MooringError(
        "already_subscribed",
        `there is a subscription on ${channel} already: share it, or call its unsubscribe() first`,
      );
    }
    const subscription = new Subscription(
      this.#env,
      channel,
      listener,
      () => {
        this.#byChannel.delete(channel);
        this.#ended();
      },
      options.presence === true,
    );
    this.#byChannel.set(channel, subscription);
    return subscription;
  }

  /** Asks for all channels on that socket that were not asked for. */
  ask(socket: Socket): void {
    this.#all().forEach((subscription) => subscription.ask(socket));
  }

  gone(socket: Socket): void {
    this.#all().forEach((subscription) => subscription.gone(socket));
  }

  pause(): void {
    this.#all().forEach((subscription) => subscription.pause());
  }

  message(socket: Socket, message: WireMessage): void {
    this.#byChannel.get(message.ch!)?.message(socket, message);
  }

  /** Whether what is published there now would be missed by a subscription that was made before. */
  beginsOn(channel: string, socket: Socket): boolean {
    return this.#byChannel.get(channel)?.beginsOn(socket) === true;
  }

  allAnsweredOn(socket: Socket): boolean {
    return this.#all().every((subscription) => subscription.answeredOn(socket));
  }

  allJoinedOn(socket: Socket): boolean {
    return this.#all().every((subscription) => subscription.joinedOn(socket));
  }

  #all(): Subscription[] {
    return [...this.#byChannel.values()];
  }
}
