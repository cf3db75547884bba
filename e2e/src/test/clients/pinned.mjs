// Connects to EDGE with TOKEN, then comes back COUNT times by the pinned URL.
// Usage: pinned.mjs EDGE TOKEN CA_FILE COUNT
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const [edge, token, ca, count] = process.argv.slice(2);

function hello(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      ca: readFileSync(ca),
      headers: { authorization: `Bearer ${token}` },
    });
    socket.on('message', (text) => {
      const frame = JSON.parse(text);
      socket.close();
      resolve(Array.isArray(frame) ? frame[0] : frame);
    });
    socket.on('error', reject);
  });
}

const first = await hello(edge);
let same = 0;
for (let i = 0; i < Number(count); i++) {
  same += (await hello(first.url)).server === first.server ? 1 : 0;
}
console.log(`same server ${same} of ${count}`);
