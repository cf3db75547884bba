// Drives a real Chromium: each line of JSON on the standard input asks for something, a line of JSON answers.
// Usage: browser.mjs '{"chromium": PROGRAM, "profile": FOLDER, "key": HASH_OF_THE_EDGES_PUBLIC_KEY, "rules": HOST_RESOLVER_RULES}'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const { chromium: program, profile, key, rules } = JSON.parse(process.argv[2]);

// Not started by Playwright, which would treat every tab as the one in front: none could be put in the background.
const running = spawn(
  program,
  [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    `--ignore-certificate-errors-spki-list=${key}`,
    `--host-resolver-rules=${rules}`,
    '--window-size=1280,900',
    '--hide-scrollbars',
    '--no-first-run',
    '--no-default-browser-check',
    '--password-store=basic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-dev-shm-usage',
    // As root there is no sandbox to be had.
    ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
const ended = once(running, 'exit');
process.on('exit', () => running.kill('SIGKILL'));

/** Where it listens for its driver, as it says among its complaints. */
const place = new Promise((found, failed) => {
  const said = [];
  createInterface({ input: running.stderr })
    .on('line', (line) => {
      said.push(line);
      const url = /^DevTools listening on (\S+)$/.exec(line)?.[1];
      if (url) {
        found(url);
      }
    })
    .on('close', () => failed(new Error(`${program} ended: ${said.join('\n')}`)));
});

const browser = await chromium.connectOverCDP(await place, { noDefaults: true });
const context = browser.contexts()[0];
context.setDefaultTimeout(30_000);

/** Runs in each page before its own scripts: keeps every row that the page ever shows, and how long it had no socket. */
await context.addInitScript(() => {
  const seen = { rows: [], outages: [], freezes: 0 };
  window.seen = seen;
  document.addEventListener('freeze', () => seen.freezes++);

  const watchRows = (rows) => {
    new MutationObserver((changes) => {
      for (const row of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        seen.rows.push([Number(row.dataset.off ?? 0), row.querySelector('.text')?.textContent ?? '']);
      }
    }).observe(rows, { childList: true });
  };

  const watchState = (state) => {
    let connectedUntil;
    let connected = false;
    new MutationObserver(() => {
      const before = connected;
      connected = ['open', 'moving'].includes(state.dataset.state);
      if (before && !connected) {
        connectedUntil = performance.now();
      } else if (!before && connected && connectedUntil !== undefined) {
        seen.outages.push(Math.round(performance.now() - connectedUntil));
      }
    }).observe(state, { attributeFilter: ['data-state'] });
  };

  document.addEventListener('DOMContentLoaded', () => {
    const rows = document.getElementById('messages');
    if (rows) {
      watchRows(rows);
      watchState(document.getElementById('state'));
    }
  });
});

const tabs = new Map();

const commands = {
  async open({ tab, url }) {
    const page = await context.newPage();
    const printed = [];
    page.on('console', (message) => printed.push(message.text()));
    page.on('pageerror', (error) => printed.push(`error: ${error.message}`));
    tabs.set(tab, { page, printed, session: await context.newCDPSession(page) });
    const answer = await page.goto(url);
    return { status: answer.status() };
  },

  /** That address answers so from now on, whatever is there in truth. */
  async serve({ url, type, body }) {
    // What is served here does not come from this machine, as far as Chromium knows, and would not be let to its sockets.
    await context.grantPermissions(['local-network-access'], { origin: new URL(url).origin });
    await context.route(url, (route) => route.fulfill({ contentType: type, body }));
    return {};
  },

  /** What the page says of itself, and every row that it has shown. */
  async read({ tab }) {
    return tabs.get(tab).page.evaluate(() => {
      const facts = { state: document.getElementById('state').dataset.state };
      for (const fact of document.querySelectorAll('dd[id]')) {
        facts[fact.id] = fact.textContent;
      }
      facts.user = document.getElementById('user').textContent;
      return { facts, ...window.seen };
    });
  },

  async printed({ tab }) {
    return { lines: tabs.get(tab).printed };
  },

  async say({ tab, text }) {
    const { page } = tabs.get(tab);
    await page.bringToFront();
    await page.getByRole('textbox').fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
    return {};
  },

  async offline({ offline }) {
    await context.setOffline(offline);
    return {};
  },

  /** As a phone does with a tab behind another one: nothing in it runs. */
  async freeze({ tab }) {
    const [other] = [...tabs].filter(([name]) => name !== tab).map(([, { page }]) => page);
    const { page, session } = tabs.get(tab);
    await other.bringToFront();
    await page.waitForFunction(() => document.hidden, undefined, { polling: 50 });
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    return {};
  },

  async thaw({ tab }) {
    const { page, session } = tabs.get(tab);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await page.bringToFront();
    return {};
  },

  async shoot({ tab, file, scheme, width, height }) {
    const { page } = tabs.get(tab);
    await page.bringToFront();
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: file, fullPage: true });
    return {};
  },

  async close({ tab }) {
    await tabs.get(tab).page.close();
    tabs.delete(tab);
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    console.log(JSON.stringify(await commands[request.do](request)));
  } catch (failure) {
    console.log(JSON.stringify({ error: `${request.do}: ${failure.stack}` }));
  }
}
const session = await browser.newBrowserCDPSession();
await Promise.all([session.send('Browser.close').catch(() => {}), ended]);
