/**
 * Plays requests open loop, as independent users send them: `node player.mjs <url> <perSecond> <seconds> <seed>`. Each has a connection of
 * its own and is sent at its time, whether the others are answered or not; its latency is counted from that time. Prints
 * `{ latencies: [ms, …], failed, parts: [{ work, db, … }, …] }`; `perSecond` 0 sends one after the other.
 */
import { get } from 'node:http';

const [url, perSecond, seconds, seed] = process.argv.slice(2);
const random = mulberry(Number(seed));
const latencies = [];
const parts = [];
let failed = 0;

function mulberry(state) {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function ask(at) {
  return new Promise((resolve) => {
    const request = get(url.replace('{n}', String(1 + Math.floor(random() * 1000))), { agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        if (answer.statusCode === 200) {
          latencies.push(performance.now() - at);
          parts.push(partsOf(answer.headers['server-timing'] ?? ''));
        } else failed++;
        resolve();
      });
    });
    request.on('error', () => {
      failed++;
      resolve();
    });
  });
}

const partsOf = (header) => Object.fromEntries([...header.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, name, ms]) => [name, Number(ms)]));

const end = performance.now() + 1000 * Number(seconds);
if (Number(perSecond) === 0) {
  while (performance.now() < end) {
    await ask(performance.now());
    await new Promise((resolve) => setTimeout(resolve, 100 * random()));
  }
} else {
  const under = [];
  for (let at = performance.now(); at < end; ) {
    at += (-Math.log(1 - random()) * 1000) / Number(perSecond);
    const wait = at - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    under.push(ask(at));
  }
  await Promise.all(under);
}
process.stdout.write(JSON.stringify({ latencies, failed, parts }));
