// What happened to the connection, the newest first.

const MOST_ENTRIES = 50;

const entries = document.getElementById("diary");

export function note(text) {
  const now = new Date();
  const time = document.createElement("time");
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString();
  const what = document.createElement("span");
  what.textContent = text;
  const entry = document.createElement("li");
  entry.append(time, what);
  entries.prepend(entry);
  if (entries.childElementCount > MOST_ENTRIES) {
    entries.lastElementChild.remove();
  }
}

/** Says what a change of state means. */
export function noteState({ from, to, reason, delayMs }, server) {
  switch (to) {
    case "open":
      note(from === "moving" ? `moved to ${server} without a break` : `connected to ${server}`);
      break;
    case "moving":
      note(`${server} asks to be left: ${reason}`);
      break;
    case "waiting":
      note(
        delayMs === undefined
          ? `lost the socket (${reason}); comes back when the device is online`
          : `lost the socket (${reason}); tries again in ${(delayMs / 1000).toFixed(1)} s`,
      );
      break;
    case "closed":
      note(`closed: ${reason}`);
      break;
  }
}
