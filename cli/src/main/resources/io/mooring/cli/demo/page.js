// The demo page: one client, one channel, and what they say put on the page.

import { note, noteState } from "./diary.js";
import * as facts from "./facts.js";
import { guest, token } from "./guest.js";
import { MooringClient } from "./mooring.js";
import { show, showMissing } from "./room.js";

const CHANNEL = "demo.room";

let received = 0;

const client = new MooringClient(`${location.origin.replace("http", "ws")}/ws`, { token });

const room = client.subscribe(CHANNEL, {
  message(message) {
    received++;
    show(message, message.from === guest);
    refresh();
  },
  subscribed({ recovered, replayed }) {
    if (recovered) {
      note(replayed ? `caught up: ${replayed} missed messages came` : "nothing was missed");
    }
    refresh();
  },
  lost({ reason }) {
    showMissing(reason);
    note(`messages are lost: ${reason}`);
    refresh();
  },
});

client.on("state", (change) => {
  noteState(change, client.connection?.server);
  refresh();
});

client.on("error", ({ message }) => note(message));

const form = document.getElementById("say");
const text = document.getElementById("text");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (said) {
    client.publish(CHANNEL, { text: said }).catch(({ message }) => note(`not sent: ${message}`));
    text.value = "";
  }
});

document.getElementById("user").textContent = guest;
document.title = `Mooring demo: ${guest}`;

client.connect();

function refresh() {
  facts.show(client, room, received);
}
