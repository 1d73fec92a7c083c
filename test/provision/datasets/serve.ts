import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  readonly port: number;
  readonly url: string;
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

/** A server on a free loopback port that answers each request by `answer`, told how many came before. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse, before: number) => void): Promise<Served> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends a file as a good server does: whole, or from where it is asked if the validator still holds. */
export function sendFile(request: IncomingMessage, response: ServerResponse, data: Buffer, etag: string): void {
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && request.headers['if-range'] === etag) {
    response.writeHead(206, {
      etag,
      'content-length': data.length - from,
      'content-range': `bytes ${from}-${data.length - 1}/${data.length}`,
    });
    return void response.end(data.subarray(from));
  }
  response.writeHead(200, { etag, 'content-length': data.length }).end(data);
}

/** Sends so many bytes of a file and breaks the connection. */
export function sendCut(response: ServerResponse, data: Buffer, etag: string, bytes: number): void {
  response.writeHead(200, { etag, 'content-length': data.length });
  response.write(data.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50));
}
