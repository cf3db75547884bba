import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./wire.mjs";

/**
 * Plays a session to a client that keeps to nothing: `does` gets each command, `hears` each message
 * and its socket, and both may tell.
 */
async function judge(session, { does = () => {}, hears = () => {} }) {
  const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const kit = spawn(process.execPath, [file("play.mjs"), file(`sessions/${session}.session`)]);
  // It ends as soon as it has judged.
  kit.stdin.on("error", () => {});
  const client = {
    url: "",
    sockets: [],
    tell: (event) => kit.stdin.write(`${JSON.stringify(event)}\n`),
    connect: () =>
      // It ends with the kit at the latest.
      open(client.url, (message, socket) => {
        if (message.op === "hello") {
          client.sockets.push(socket);
        }
        hears(message, socket, client);
      }).catch(() => {}),
  };
  createInterface({ input: kit.stdout }).on("line", (line) => {
    const command = JSON.parse(line);
    if (command.do === "begin") {
      client.url = command.url;
    } else if (command.do === "connect") {
      void client.connect();
    } else if (command.do === "close") {
      client.sockets.forEach((socket) => socket.closes());
    }
    does(command, client);
    client.tell({ did: command.do });
  });
  let said = "";
  kit.stderr.on("data", (text) => (said += text));
  const [status] = await once(kit, "close");
  return { status, said };
}

/** Subscribes on every socket without a position, and tells whatever comes. */
function hearsAll(message, socket, { tell }) {
  const { op, ch, epoch = "e1", off, tag, data } = message;
  if (op === "hello") {
    socket.says({ op: "sub", id: 1, ch: "demo.room" });
    tell({ saw: "state", state: "open" });
  } else if (op === "msg") {
    tell({ saw: "message", ch, pos: { epoch, off, tag }, data });
  }
}

test("A client that does what the session shows passes", async () => {
  const { status, said } = await judge("connect/the-first-connection", {
    hears: ({ op }, socket, { tell }) => op === "hello" && tell({ saw: "state", state: "open" }),
  });

  assert.equal(status, 0, said);
});

test("A client that tells a message twice does not, and is told at which line", async () => {
  const { status, said } = await judge("subscribe/what-was-seen-is-dropped", { hears: hearsAll });

  assert.equal(status, 1);
  assert.match(said, /line 17: app sees .*\n.*the application was told .*"data":1/);
});

test("A client that comes back without its position does not", async () => {
  const { status, said } = await judge("resume/from-the-position", {
    hears(message, socket, client) {
      hearsAll(message, socket, client);
      if (message.off === 2) {
        client.url = client.url.replace("/ws", "/ws/app-1/c1");
        void client.connect();
      }
    },
  });

  assert.equal(status, 1);
  assert.match(said, /line \d+: b +hears .*\nthe client says \[\{"op":"sub","id":1,"ch":"demo\.room"\}\]/);
});

test("A client that comes back after 45xx does not", async () => {
  const { status, said } = await judge("close/45xx-ends-it", {
    hears({ op }, socket, client) {
      if (op === "hello") {
        client.tell({ saw: "state", state: "open" });
      } else if (op === "close") {
        client.tell({ saw: "state", state: "closed" });
        void client.connect();
      }
    },
  });

  assert.equal(status, 1);
  assert.match(said, /nothing happens .*\nthe client says what no line of the session names/);
});

test("A client that breaks before it makes does not", async () => {
  const { status, said } = await judge("move/to-a-named-url", {
    hears({ op, url }, socket, client) {
      if (op === "hello") {
        client.tell({ saw: "state", state: "open" });
      } else if (op === "reconnect") {
        socket.closes();
        client.url = url;
        void client.connect();
      }
    },
  });

  assert.equal(status, 1);
  assert.match(said, /a +lives\nthe client has ended it with 1000/);
});

test("A client that does not wait for its slot does not", async () => {
  const { status, said } = await judge("close/42xx-comes-back-at-its-slot", {
    hears({ op, url }, socket, client) {
      client.url = url ?? client.url;
      if (op === "hello") {
        client.tell({ saw: "state", state: "open" });
      } else if (op === "close") {
        client.tell({ saw: "state", state: "waiting" });
        void client.connect();
      }
    },
  });

  assert.equal(status, 1);
  assert.match(said, /it came after \d+ ms/);
});

test("A session that is not there is no failure of the client", async () => {
  const { status, said } = await judge("close/never", {});

  assert.equal(status, 2);
  assert.match(said, /no session to play/);
});
