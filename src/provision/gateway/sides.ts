import { type Backend, type Fault, ok, type Result } from '../../domain/index.ts';

/** Which of a resource's two copies serves: itself, or the twin that stands by. */
export type Side = 'primary' | 'standby';

export type Wake = () => Promise<Result<Backend>>;

export interface SidesOptions {
  readonly wake: Wake;
  readonly onFault: (fault: Fault) => void;
  readonly onTurn: (to: Side, because: string) => void;
  readonly choose?: Choose;
}

export interface At {
  readonly side: Side;
  readonly backend: Backend;
}

/** Of the backends that serve, the one with the fewest clients. */
export type Choose = (side: Side, backends: readonly Backend[]) => Backend | undefined;

/**
 * Where the next client goes: to the backend of the side that serves, which is woken if it has to be, once for all who wait. When the primary
 * can't be had and there is a standby, the standby serves from then on, until `prefer('primary')` or until it can't be had
 * itself: what was written to the one is not in the other, so a primary that came back is no reason to turn.
 */
export function createSides({ wake, onFault, onTurn, choose = (_side, [first]) => first }: SidesOptions) {
  const backends: Partial<Record<Side, Backend>> = {};
  /** Beside the primary, and like it. */
  let replicas: readonly Backend[] = [];
  const waking: Partial<Record<Side, Waiting>> = {};
  const wakes: Partial<Record<Side, Wake>> = { primary: wake };
  let serving: Side = 'primary';

  /** One wake for all who wait for this side; it also ends when the other side is turned to (undefined). */
  function wakeUp(side: Side): Promise<Result<Backend> | undefined> {
    const running = waking[side];
    if (running) return running.promise;
    const waiting = createWaiting();
    waking[side] = waiting;
    void wakes[side]?.().then((result) => {
      if (waking[side] === waiting) delete waking[side];
      if (result.ok) backends[side] = result.value;
      else onFault(result.fault);
      waiting.end(result);
    });
    return waiting.promise;
  }

  function turn(to: Side, because: string): void {
    if (serving === to || !wakes[to]) return;
    const from = serving;
    serving = to;
    waking[from]?.end(undefined);
    delete waking[from];
    onTurn(to, because);
  }

  async function next(): Promise<Result<At>> {
    const failedSides = new Set<Side>();
    for (;;) {
      const side = serving;
      const first = backends[side];
      const backend = first && choose(side, side === 'primary' ? [first, ...replicas] : [first]);
      if (backend) return ok({ side, backend });
      const woken = await wakeUp(side);
      if (woken === undefined) continue;
      if (woken.ok) return ok({ side, backend: woken.value });
      failedSides.add(side);
      const other: Side = side === 'primary' ? 'standby' : 'primary';
      if (!wakes[other] || failedSides.has(other)) return woken;
      if (serving === side) turn(other, woken.fault.message);
    }
  }

  return {
    next,
    /** It was dialled and does not accept: it is forgotten, so that it is woken again, or the other side takes over. */
    refused({ side, backend }: At): 'forgotten' | 'turned' {
      if (replicas.includes(backend)) {
        replicas = replicas.filter((r) => r !== backend);
        return 'forgotten';
      }
      const first = backends[side] === backend;
      if (first) delete backends[side];
      const other: Side = side === 'primary' ? 'standby' : 'primary';
      const ready = other === 'standby' ? wakes.standby : backends.primary;
      if (!first || serving !== side || !ready) return 'forgotten';
      turn(other, `${backend.host}:${backend.port} does not accept connections`);
      return 'turned';
    },
    /** Where the primary is served (undefined: it has to be woken), and replicas that share its clients while it is. */
    tell(backend: Backend | undefined, others: readonly Backend[] = []): void {
      replicas = others;
      if (backend) backends.primary = backend;
      else delete backends.primary;
    },
    known: (side: Side): Backend | undefined => backends[side],
    standby(wakeStandby: Wake | undefined): void {
      if (!wakeStandby) turn('primary', 'there is no standby any more');
      delete backends.standby;
      if (wakeStandby) wakes.standby = wakeStandby;
      else delete wakes.standby;
    },
    prefer: (side: Side, because: string): void => turn(side, because),
    get serving(): Side {
      return serving;
    },
  };
}

export type Sides = ReturnType<typeof createSides>;

interface Waiting {
  readonly promise: Promise<Result<Backend> | undefined>;
  readonly end: (outcome: Result<Backend> | undefined) => void;
}

function createWaiting(): Waiting {
  let end: Waiting['end'] = () => {};
  const promise = new Promise<Result<Backend> | undefined>((resolve) => {
    end = resolve;
  });
  return { promise, end };
}
