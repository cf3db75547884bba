#!/usr/bin/env node
// Plays one recorded session to the SDK whose driver is at the other end of standard input and
// output. Its status: 0 passed, 1 did not, and standard error says why; 2 there is no such session.
// Usage: play.mjs SESSION
import { Application } from "./src/application.mjs";
import { Edge } from "./src/edge.mjs";
import { Mistake } from "./src/mistake.mjs";
import { Player } from "./src/player.mjs";
import { readSession } from "./src/session.mjs";
import { Transcript } from "./src/transcript.mjs";
import { Watch } from "./src/watch.mjs";

const [file] = process.argv.slice(2);

async function play() {
  let session;
  try {
    session = readSession(file ?? "");
  } catch (failure) {
    console.error(`no session to play: ${failure.message}. Usage: play.mjs SESSION`);
    return 2;
  }
  const watch = new Watch();
  const transcript = new Transcript();
  const edge = new Edge(watch, transcript);
  const application = new Application(process.stdin, process.stdout, watch, transcript);
  await edge.listen();
  application.listen();
  try {
    await new Player(edge, application, watch).play(session);
    return 0;
  } catch (failure) {
    const why = failure instanceof Mistake ? failure.message : failure.stack;
    console.error(`${file}\n${session.shows}\n\n${why}\n\n${transcript}`);
    return 1;
  }
}

// With an open port, and a driver that does not know yet that it is over.
process.exit(await play());
