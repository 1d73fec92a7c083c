/** What is asked of a resource, by the protocol that it speaks. What writes nothing is asked so that it cannot. */
export type Asked =
  | { readonly by: 'http'; readonly method: string; readonly path: string; readonly body?: string; readonly writes: boolean }
  | { readonly by: 'sql'; readonly sql: string; readonly writes: boolean }
  | { readonly by: 'redis'; readonly command: readonly string[]; readonly writes: boolean };

export type Answered = 'well' | 'failed' | 'timed-out';

/** Asks one resource, over connections that are kept. */
export interface Player {
  ask(asked: Asked): Promise<Answered>;
  /** Ends every connection at once, and what waits for an answer on it has failed. */
  close(): void;
}

export interface PlayerOptions {
  /** Of this machine and nothing else. */
  readonly host: string;
  readonly port: number;
  /** Who waits longer for an answer has waited in vain. */
  readonly timeoutMs: number;
  readonly mostConnections: number;
}

export interface Login {
  readonly user: string;
  readonly password: string;
  /** Of PostgreSQL. */
  readonly database: string;
}
