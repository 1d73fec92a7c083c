import { failed, ok, type Result } from '../../domain/index.ts';
import type { Asked, Login, Player, PlayerOptions } from './asked.ts';
import { connected } from './connections.ts';
import { isLoopback } from './loopback.ts';
import { postgresDialogue } from './postgres.ts';
import { redisDialogue } from './redis.ts';

/**
 * Who asks a resource of this machine, and of no other. The three protocols are our own few lines: `pg` and `ioredis` are made for programs that live on
 * answers, while a rehearsal throws them away, and would be the largest part of what it needs.
 */
export async function openPlayer(by: Asked['by'], options: PlayerOptions, login: Login): Promise<Result<Player>> {
  const { host, port } = options;
  if (!isLoopback(host))
    return failed(
      'wrong-usage',
      'never',
      `Real requests are sent to this machine only, and ${host}:${port} is another or may be. Rehearse what Prewarm warms here.`,
    );
  switch (by) {
    case 'http':
      return ok((await import('./http.ts')).httpPlayer(options));
    case 'redis':
      return ok(connected(options, (line) => redisDialogue(line, login)));
    case 'sql': {
      const reading = connected(options, (line) => postgresDialogue(line, login, false));
      const writing = connected(options, (line) => postgresDialogue(line, login, true));
      return ok({
        ask: (asked) => (asked.writes ? writing : reading).ask(asked),
        close: () => {
          reading.close();
          writing.close();
        },
      });
    }
  }
}
