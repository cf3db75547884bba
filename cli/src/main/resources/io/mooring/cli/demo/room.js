// What is said in the channel.

/** The page is no archive. */
const MOST_ROWS = 200;

/** From the end of the log, in pixels, within which new messages are followed. */
const NEAR = 80;

const log = document.getElementById("log");
const rows = document.getElementById("messages");

/** Shows a message of the channel, be it one of this page or any other JSON. */
export function show({ off, from, data }, own) {
  const row = document.createElement("li");
  row.dataset.off = off;
  row.classList.toggle("own", own);
  row.append(part("from", from ?? "somebody"), part("off", `#${off}`), part("text", textOf(data)));
  add(row);
}

/** Shows that messages are missing, where they are. */
export function showMissing(reason) {
  const row = part("missing", `Messages are missing here: ${reason}`, "li");
  add(row);
}

function textOf(data) {
  return typeof data?.text === "string" ? data.text : JSON.stringify(data);
}

function part(name, text, element = "span") {
  const made = document.createElement(element);
  made.className = name;
  made.textContent = text;
  return made;
}

function add(row) {
  const following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  document.getElementById("empty")?.remove();
  rows.append(row);
  if (rows.childElementCount > MOST_ROWS) {
    rows.firstElementChild.remove();
  }
  if (following) {
    log.scrollTop = log.scrollHeight;
  }
}
