// Serves this folder; needs no database.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  createReadStream(new URL('./index.html', import.meta.url)).pipe(response);
});
server.listen(Number(process.env.PORT ?? 4000), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
if (process.argv.includes('--once')) setTimeout(() => server.close(), 500);
