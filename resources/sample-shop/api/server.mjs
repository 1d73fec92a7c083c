import { createServer } from 'node:http';
import { orderById, topProducts } from './db.mjs';

const routes = [
  [/^\/orders\/(\d+)$/, (id) => orderById(Number(id))],
  [/^\/report$/, () => topProducts()],
];

export const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    for (const [pattern, handle] of routes) {
      const match = request.url?.match(pattern);
      if (!match) continue;
      const found = await handle(match[1]);
      return answer(found ? 200 : 404, found ?? { error: 'not found' });
    }
    answer(404, { error: 'not found' });
  } catch (error) {
    answer(500, { error: error.message });
  }
});

if (process.argv[1] === new URL(import.meta.url).pathname) server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
