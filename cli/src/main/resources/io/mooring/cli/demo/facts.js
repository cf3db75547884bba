// What the client knows of its connection.

const STATES = {
  idle: "not connected yet",
  connecting: "connecting",
  open: "connected",
  moving: "connected, about to move",
  waiting: "coming back",
  closed: "closed",
};

const place = (id) => document.getElementById(id);

/** Shows how things stand now. */
export function show(client, room, received) {
  const { state, connection, counters } = client;
  put("state", STATES[state]);
  place("state").dataset.state = state;
  put("server", connection?.server ?? "–");
  put("conn", connection?.conn ?? "–");
  put("url", connection?.url ?? "–");
  put("offset", room.position?.off ?? "–");
  put("received", received);
  put("losses", counters.losses);
  place("losses").dataset.bad = counters.losses > 0;
  put("duplicates", counters.duplicates);
  put("reconnects", counters.reconnects);
  put("moves", counters.moves);
  if (connection) {
    for (const named of document.querySelectorAll("[data-server]")) {
      write(named, connection.server);
    }
  }
}

function put(id, value) {
  write(place(id), String(value));
}

/** What did not change is not written, so that nobody is told of it again. */
function write(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
