import { Agent, request } from 'node:http';
import type { Answered, Asked, Player, PlayerOptions } from './asked.ts';

/** HTTP/1.1 over kept connections; an answer of 400 and more is a failure. */
export function httpPlayer({ host, port, timeoutMs, mostConnections }: PlayerOptions): Player {
  const agent = new Agent({ keepAlive: true, maxSockets: mostConnections, maxFreeSockets: mostConnections, noDelay: true });
  return {
    ask: (asked) => new Promise((resolve) => once(asked, resolve)),
    close: () => agent.destroy(),
  };

  function once(asked: Asked, resolve: (outcome: Answered) => void): void {
    if (asked.by !== 'http') {
      resolve('failed');
      return;
    }
    const { method, path, body } = asked;
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ host, port, method, path, agent, headers });
    const timer = setTimeout(() => {
      resolve('timed-out');
      sent.destroy();
    }, timeoutMs);
    const end = (outcome: Answered): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    sent.on('response', (answer) => {
      answer.on('end', () => end((answer.statusCode ?? 500) < 400 ? 'well' : 'failed'));
      answer.on('error', () => end('failed'));
      answer.on('close', () => end('failed'));
      answer.resume();
    });
    sent.on('error', () => end('failed'));
    sent.end(body);
  }
}
