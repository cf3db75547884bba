import { digestOf } from "./digest.js";
import type { Member } from "./listener.js";
import type { WireMessage } from "./messages.js";
import type { Socket } from "./socket.js";

/** What becomes of the members, for whoever wants to hear of it. */
export interface MembersEvents {
  /** All are known, for the first time. */
  known(members: Member[]): void;
  joined(member: Member): void;
  left(member: Member): void;
}

/**
 * Who is in a channel, as the socket that was answered last says it. When another one is answered, it
 * says who is there now; what has changed is told like any other change.
 */
export class Members {
  readonly all = new Map<string, Member>();
  readonly #events: MembersEvents;
  readonly #page: (socket: Socket, after: string) => number;
  #source: Socket | undefined;
  /** Those of before, of whom the source has said nothing yet; undefined once it has said all. */
  #doubted: Set<string> | undefined;
  #request: number | undefined;
  #known = false;

  /** @param page asks for the next page, and answers the id of the request */
  constructor(page: (socket: Socket, after: string) => number, events: MembersEvents) {
    this.#page = page;
    this.#events = events;
  }

  /** The socket's answer to the subscription. */
  begin(socket: Socket, message: WireMessage): void {
    if (message.members) {
      this.#source = socket;
      this.#doubted = new Set(this.all.keys());
      this.#take(socket, message);
    }
  }

  /** Something else that the socket says of the members. */
  message(socket: Socket, message: WireMessage): void {
    if (socket !== this.#source) {
      return;
    }
    const { op, user, info } = message;
    if (op === "presence") {
      if (message.id === this.#request) {
        this.#take(socket, message);
      }
    } else if (typeof user === "string") {
      if (op === "join") {
        this.#join(info === undefined ? { user } : { user, info });
      } else {
        this.#leave(user);
      }
    }
  }

  #take(socket: Socket, { members = [], next, count, digest }: WireMessage): void {
    members.forEach((member) => this.#join(member));
    const { all } = this;
    if (next !== undefined && count === all.size && digest === digestOf(all.keys())) {
      // The other pages would say what is known.
      this.#doubted = undefined;
    } else if (next !== undefined) {
      this.#request = this.#page(socket, next);
      return;
    }
    this.#request = undefined;
    this.#doubted?.forEach((user) => this.#leave(user));
    this.#doubted = undefined;
    if (!this.#known) {
      this.#known = true;
      this.#events.known([...this.all.values()]);
    }
  }

  #join(member: Member): void {
    this.#doubted?.delete(member.user);
    if (!this.all.has(member.user)) {
      this.all.set(member.user, member);
      if (this.#known) {
        this.#events.joined(member);
      }
    }
  }

  #leave(user: string): void {
    this.#doubted?.delete(user);
    const member = this.all.get(user);
    if (member) {
      this.all.delete(user);
      if (this.#known) {
        this.#events.left(member);
      }
    }
  }
}
