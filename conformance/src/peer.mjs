import { BINARY, CLOSE, closeFrame, frame, FrameReader, PING, PONG, TEXT } from "./frames.mjs";
import { Mistake } from "./mistake.mjs";

/** What the socket API calls the end of a connection that was not closed. */
const BROKEN = 1006;

/** The server's end of one socket. */
export class Peer {
  /** How the client ended it: the code of its close frame, or 1006; undefined until it has. */
  code;
  /** When it has. */
  endedAt;

  #name = "?";
  #socket;
  #watch;
  #transcript;
  #reader = new FrameReader();
  /** What nobody has heard yet: frames `{at, messages, whole}`. */
  #frames = [];
  #closing = false;

  /** @param head what has come behind the handshake already */
  constructor(socket, head, watch, transcript) {
    this.#socket = socket;
    this.#watch = watch;
    this.#transcript = transcript;
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("end", () => socket.end());
    socket.on("close", () => this.#over(BROKEN));
    // What follows is the end, too.
    socket.on("error", () => {});
    this.#read(head);
  }

  /** By what the session calls it. */
  name(name) {
    this.#name = name;
    this.#transcript.add(name, "opened");
  }

  /** Sends one text frame. */
  write(text) {
    this.#expectOpen("written");
    this.#transcript.add(this.#name, `> ${text}`);
    this.#socket.write(frame(TEXT, Buffer.from(text)));
  }

  /** Sends bytes, whether they are a frame or not. */
  writeBytes(bytes) {
    this.#expectOpen("written");
    this.#transcript.add(this.#name, `> 0x${bytes.toString("hex")}`);
    this.#socket.write(bytes);
  }

  close(code, reason) {
    this.#expectOpen("closed");
    this.#transcript.add(this.#name, `> closed with ${code} ${reason}`);
    this.#closing = true;
    this.#socket.write(closeFrame(code, reason));
  }

  /** Ends the connection as a machine does that is gone. */
  drop() {
    this.#expectOpen("dropped");
    this.#transcript.add(this.#name, "> dropped");
    this.#socket.destroy();
  }

  /**
   * Takes the next message if it is such a one; an array is one frame with exactly such messages,
   * in whatever order. Pongs are passed over where none is expected.
   *
   * @returns `{at}`, when it came; undefined if there is none yet
   * @throws Mistake if it is another one, or none will come
   */
  hear(pattern, words) {
    if (pattern.op !== "pong") {
      this.#passPongs();
    }
    const next = this.#frames[0];
    if (!next) {
      if (this.code !== undefined) {
        throw new Mistake(`the client has ended socket ${this.#name} with ${this.code}`);
      }
      return undefined;
    }
    const fits = Array.isArray(pattern)
      ? next.whole && takeAll(pattern, next.messages, words)
      : words.match(pattern, next.messages[0]);
    if (!fits) {
      throw new Mistake(`the client says ${JSON.stringify(next.messages)}`);
    }
    if (Array.isArray(pattern) || next.messages.length === 1) {
      this.#frames.shift();
    } else {
      next.messages.shift();
      next.whole = false;
    }
    return { at: next.at };
  }

  /** What nobody has heard, pongs excepted. */
  unheard() {
    this.#passPongs();
    return this.#frames.flatMap(({ messages }) => messages);
  }

  #passPongs() {
    while (this.#frames[0]?.messages.length === 1 && this.#frames[0].messages[0]?.op === "pong") {
      this.#frames.shift();
    }
  }

  #read(bytes) {
    for (const { opcode, payload } of this.#reader.read(bytes)) {
      if (opcode === TEXT || opcode === BINARY) {
        this.#heard(opcode, payload);
      } else if (opcode === PING) {
        this.#socket.write(frame(PONG, payload));
      } else if (opcode === CLOSE) {
        this.#closed(payload);
      }
    }
    this.#watch.changed();
  }

  #heard(opcode, payload) {
    const text = opcode === TEXT ? payload.toString() : `0x${payload.toString("hex")}`;
    this.#transcript.add(this.#name, `< ${text}`);
    let said;
    try {
      said = JSON.parse(text);
    } catch {
      // Fits no pattern, and is shown as it is.
      said = text;
    }
    const messages = Array.isArray(said) ? said : [said];
    if (messages.length) {
      this.#frames.push({ at: performance.now(), messages, whole: true });
    }
  }

  #closed(payload) {
    this.#over(payload.length < 2 ? 1005 : payload.readUInt16BE());
    if (!this.#closing) {
      this.#closing = true;
      this.#socket.write(frame(CLOSE, payload));
    }
    // The server ends the connection first (RFC 6455 section 7.1.1).
    this.#socket.end();
  }

  #over(code) {
    if (this.code === undefined) {
      this.code = code;
      this.endedAt = performance.now();
      this.#transcript.add(this.#name, `< ended with ${code}`);
      this.#watch.changed();
    }
  }

  #expectOpen(what) {
    if (this.code !== undefined) {
      throw new Mistake(
        `the client has ended socket ${this.#name} with ${this.code} before it was ${what}`,
      );
    }
  }
}

/** Whether each pattern has a message of its own. */
function takeAll(patterns, messages, words) {
  const left = [...messages];
  return (
    patterns.length === messages.length &&
    patterns.every((pattern) => {
      const found = left.findIndex((message) => words.match(pattern, message));
      return found >= 0 && left.splice(found, 1).length === 1;
    })
  );
}
