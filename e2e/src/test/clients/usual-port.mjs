// Leads what is meant for one port to another one, as Chromium's --host-resolver-rules does.
// Usage: USUAL_PORT=… TRUE_PORT=… node --import usual-port.mjs PROGRAM
import { Socket } from 'node:net';

const { USUAL_PORT, TRUE_PORT } = process.env;
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...how) {
  // Node.js itself passes on a list whose first element are the options.
  const options = Array.isArray(how[0]) ? how[0][0] : how[0];
  if (String(options.port) === USUAL_PORT) {
    options.port = TRUE_PORT;
  }
  return connect.apply(this, how);
};
