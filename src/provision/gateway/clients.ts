import type { Socket } from 'node:net';
import { type Backend, failed } from '../../domain/index.ts';
import type { GatewayEvent, GatewayOptions } from './gatewayOptions.ts';
import type { Load } from './load.ts';
import { createShortcuts, type Shortcut } from './shortcut.ts';
import type { At, Side, Sides } from './sides.ts';
import { type Splice, splice } from './splice.ts';

const MOST_HELD = 4096;
/** One for a backend that died unseen, one for a standby, one for a race with either. */
const ATTEMPTS = 3;
/** Bytes on a connection that outlived its backend wake it, but not each of them. */
const WAKE_AGAIN_MS = 2000;

/** The clients of one gateway, from their arrival to their end: held while there is no backend, then spliced. */
export function createClients(options: GatewayOptions, sides: Sides, port: () => number, load: Load) {
  const { now, onEvent, onFault, inject, mostHeld = MOST_HELD } = options;
  const held = new Set<Socket>();
  const splices = new Map<Splice, At>();
  /** Whose backends are being dialled, one for each client. */
  const dialling: Side[] = [];
  const shortcutTo = createShortcuts();
  let lastTrafficAt: number | undefined;
  let gate: Promise<unknown> | undefined;
  let drains = 0;
  let wokenAt = Number.NEGATIVE_INFINITY;
  let full = false;

  /** What a client says while it is held is read, up to the stream's high-water mark, so that its going away is noticed. */
  function attend(client: Socket): void {
    client.on('error', () => {});
    if (held.size >= mostHeld) {
      turnAway(client);
      return;
    }
    lastTrafficAt = now();
    onEvent({ did: 'opened' });
    held.add(client);
    client.read(0);
    void serve(client);
  }

  function turnAway(client: Socket): void {
    client.resetAndDestroy();
    if (full) return;
    full = true;
    fault(`${mostHeld} clients wait for the resource already; further ones are turned away until it is ready.`);
  }

  async function serve(client: Socket): Promise<void> {
    const openedAt = performance.now();
    const cold = gate !== undefined || sides.known(sides.serving) === undefined;
    let joined: { readonly splice: Splice; readonly heldMs: number | undefined } | undefined;
    let at: At | undefined;
    client.once('close', () => {
      held.delete(client);
      if (at) load.remove(at.backend);
      if (joined) leave(joined.splice);
      onEvent(closed(performance.now() - openedAt, joined));
    });
    const found = await join(client);
    held.delete(client);
    if (held.size === 0) full = false;
    if (!found) return void client.destroy();
    joined = { splice: found.splice, heldMs: cold ? performance.now() - openedAt : undefined };
    if (client.destroyed) {
      load.remove(found.at.backend);
      return found.splice.destroy();
    }
    at = found.at;
    splices.set(found.splice, at);
  }

  function leave(left: Splice): void {
    lastTrafficAt = Math.max(lastTrafficAt ?? 0, left.lastTrafficAt);
    splices.delete(left);
  }

  /** A backend that no longer answers is forgotten and woken again: it may have died unseen. */
  async function join(client: Socket): Promise<{ splice: Splice; at: At } | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS && !client.destroyed; attempt++) {
      const at = await nextFor(client);
      if (!at) return undefined;
      dialling.push(at.side);
      load.add(at.backend);
      const outcome = await splice({ client, to: at.backend, shortcut: at.shortcut, now, inject, spoke: () => spoke(at.side) });
      dialling.splice(dialling.indexOf(at.side), 1);
      if (outcome.did === 'joined') return { splice: outcome.splice, at };
      load.remove(at.backend);
      if (outcome.did === 'left') return undefined;
      if (outcome.did === 'exhausted') return exhausted(outcome.code);
      if (sides.refused(at) === 'turned') closeAll(at.side);
    }
    if (!client.destroyed) fault('the resource behind it was ready but does not accept connections.');
    return undefined;
  }

  /** Where it is to be dialled now. What was found before a drain, or a turn to the other side, began is not where it goes after. */
  async function nextFor(client: Socket): Promise<(At & { readonly shortcut: Shortcut | undefined }) | undefined> {
    for (;;) {
      while (gate && sides.serving === 'primary') await gate;
      const begun = drains;
      const at = await sides.next();
      if (!at.ok || client.destroyed) return undefined;
      const shortcut = await shortcutTo(at.value.backend.port);
      if (client.destroyed) return undefined;
      const { side, backend } = at.value;
      if (side === sides.serving && (side === 'standby' || drains === begun)) return { side, backend, shortcut };
    }
  }

  function exhausted(code: string): undefined {
    fault(`this machine can open no more connections (${code}). Close some programs, or raise the limit of open files.`);
    return undefined;
  }

  function fault(what: string): void {
    onFault(failed('not-ready', 'later', `Port ${port()}: ${what}`).fault);
  }

  /** A client of a resource that was paused under it (an idle pool's connection) wants it back. */
  function spoke(side: Side): void {
    if (side !== sides.serving || sides.known(side) || gate || performance.now() - wokenAt < WAKE_AGAIN_MS) return;
    wokenAt = performance.now();
    void sides.next();
  }

  const isBusy = (each: Splice, quietMs: number): boolean => each.awaitsAnswer || now() - each.lastTrafficAt < quietMs;

  function closeAll(side: Side): void {
    for (const [each, at] of splices) if (at.side === side) each.destroy();
  }

  return {
    attend,
    closeAll,
    /** Looks for the way to it before a client waits for that. */
    prepare: (backend: Backend): void => void shortcutTo(backend.port),
    /** Until then nobody is led to the primary, and nobody's bytes wake it. */
    holdUntil(end: Promise<unknown>): void {
      const own = end.finally(() => {
        if (gate === own) gate = undefined;
      });
      gate = own;
      drains++;
    },
    get connections(): number {
      return held.size + splices.size;
    },
    get awaitingAnswer(): number {
      return held.size + [...splices.keys()].filter((each) => each.awaitsAnswer).length;
    },
    get lastTrafficAt(): number | undefined {
      return [...splices.keys()].reduce((last, each) => Math.max(last ?? 0, each.lastTrafficAt), lastTrafficAt);
    },
    /** Something is under way on the primary, or was until a moment ago. */
    busy: (quietMs: number): boolean =>
      dialling.includes('primary') || [...splices].some(([each, at]) => at.side === 'primary' && isBusy(each, quietMs)),
    busyAt: (backend: Backend, quietMs: number): boolean =>
      [...splices].some(([each, at]) => at.backend.port === backend.port && isBusy(each, quietMs)),
    end(): void {
      for (const client of held) client.destroy();
      for (const each of splices.keys()) each.destroy();
    },
  };
}

function closed(durationMs: number, joined: { readonly splice: Splice; readonly heldMs: number | undefined } | undefined): GatewayEvent {
  const { heldMs } = joined ?? {};
  const firstByteMs = joined?.splice.firstByteMs;
  return {
    did: 'closed',
    bytes: joined?.splice.bytes ?? 0,
    durationMs: Math.round(durationMs),
    ...(heldMs === undefined ? {} : { heldMs: Math.round(heldMs) }),
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
  };
}
