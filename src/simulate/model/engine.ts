import { Histogram } from '../result/histogram.ts';
import { type Sampler, samplerOf } from '../scenario/serviceTime.ts';
import { EventQueue } from './eventQueue.ts';
import { Patience } from './patience.ts';
import { Processor } from './processor.ts';
import type { Program } from './program.ts';
import { Random } from './random.ts';

export interface RunOptions {
  readonly seed: number;
  /** Of the replication: each has a stream of chance of its own. */
  readonly replication?: number;
  readonly durationMs: number;
  /** Left out of all figures: what is there at the start is not what is usual. */
  readonly warmUpMs?: number;
  /** More requests than this at once, and the run ends: what is asked is more than can be done. */
  readonly mostInside?: number;
  /** After so many events the run ends, however much time is left. */
  readonly mostEvents?: number;
  /** How often to look how many requests are inside, evenly over the whole duration, warm-up and all (0). */
  readonly samples?: number;
  /** Told of each who comes from a source: its number and when, ms. */
  readonly came?: (source: number, at: number) => void;
  /** Called about every 200,000 events; true ends the run. */
  readonly stop?: (doneMs: number) => boolean;
}

export interface StationFigures {
  readonly id: string;
  /** Mean share of its servers at work, 0–1. */
  readonly utilization: number;
  /** Mean number who wait, and who wait or are served. */
  readonly waiting: number;
  readonly inside: number;
  /** Of those who were let in, ms. */
  readonly waitMs: Histogram;
  readonly entered: number;
  readonly turnedAway: number;
  /** Work of its own, summed over all, ms: what it holds its servers for beyond that is waiting for others. */
  readonly ownMs: number;
  /** How long its start took, which began when the first came, ms; 0 where it was warm or nobody came. */
  readonly coldMs: number;
}

export interface RequestFigures {
  readonly name: string;
  /** Of those that succeeded. */
  readonly latencyMs: Histogram;
  readonly failed: number;
  readonly timedOut: number;
}

export interface RunFigures {
  readonly stations: readonly StationFigures[];
  readonly requests: readonly RequestFigures[];
  /** How often each counter of the program was passed. */
  readonly counts: Float64Array;
  /** How many were inside at each sample. */
  readonly inside: Float64Array;
  /** Requests that ended, whatever became of them. */
  readonly requestsEnded: number;
  readonly measuredMs: number;
  readonly events: number;
  /** `overloaded`: more and more were inside, and the run was ended; `bounded`: after `mostEvents`; `stopped`: by its caller. */
  readonly end: 'done' | 'overloaded' | 'bounded' | 'stopped';
}

/** A run under way, for who has other things to do meanwhile. */
export interface Run {
  /** At most so many events more; true where it is over. */
  advance(events: number): boolean;
  /** How much of its time is simulated, ms. */
  readonly doneMs: number;
  /** What was seen until now. */
  figures(): RunFigures;
}

const [ENTER, PASS, LEAVE, BRANCH, CALL, RETRY, COUNT, FAIL, END] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const KINDS = {
  enter: ENTER,
  pass: PASS,
  leave: LEAVE,
  branch: BRANCH,
  call: CALL,
  retry: RETRY,
  count: COUNT,
  fail: FAIL,
  end: END,
} as const;

/** Event codes: what is below belongs to a request in this slot; a timer, a source and a station (its opening, then the end of work at its processor) have their own ranges. */
const [GO, TIMER, SOURCE, STATION] = [0, 1, 2, 3] as const;
const NONE = -1;
/** Stations that one request may hold at once. */
const MOST_HELD = 8;
const CHECK_EVERY = 200_000;

/**
 * Discrete-event simulation of requests that run a program over stations (Law, Simulation Modeling and Analysis, 5th ed., ch. 1): one
 * queue of events, first come first served at each station, everything in typed arrays, so that the memory depends on how many requests
 * are inside at once and not on how long it runs.
 */
export function run(program: Program, options: RunOptions): RunFigures {
  const running = start(program, options);
  while (!running.advance(Number.POSITIVE_INFINITY));
  return running.figures();
}

/** The same in parts. */
export function start(program: Program, options: RunOptions): Run {
  const { durationMs, warmUpMs = 0, mostInside = 1_000_000, mostEvents = Number.POSITIVE_INFINITY, samples = 0 } = options;
  const random = new Random(options.seed, options.replication ?? 0);
  const events = new EventQueue();
  let now = 0;

  // ---------------------------------------------------------------------------------------------- the program, as arrays
  const { nodes, stations, sources } = program;
  const kind = Uint8Array.from(nodes, (n) => KINDS[n.do]);
  const next = Int32Array.from(nodes, (n) => ('next' in n ? n.next : NONE));
  const station = Int32Array.from(nodes, (n) => ('station' in n ? n.station : n.do === 'pass' ? (n.of ?? NONE) : NONE));
  const chance = Float64Array.from(nodes, (n) => (n.do === 'branch' ? n.probability : 0));
  const other = Int32Array.from(nodes, (n) => (n.do === 'branch' ? n.to : n.do === 'call' ? n.failed : n.do === 'retry' ? n.again : NONE));
  const entry = Int32Array.from(nodes, (n) => (n.do === 'call' ? n.entry : NONE));
  const timeout = Float64Array.from(nodes, (n) => (n.do === 'call' ? (n.timeoutMs ?? Number.POSITIVE_INFINITY) : 0));
  const label = Int32Array.from(nodes, (n) => (n.do === 'call' ? (n.measured ?? NONE) : NONE));
  const tries = Int32Array.from(nodes, (n) => (n.do === 'retry' ? n.times : 0));
  const counter = Int32Array.from(nodes, (n) => (n.do === 'count' ? n.counter : NONE));
  const backoff = Float64Array.from(nodes, (n) => (n.do === 'retry' ? n.backoffMs : 0));
  const samplers: (Sampler | undefined)[] = nodes.map((n) => (n.do === 'pass' ? samplerOf(n.time) : undefined));
  /** The commonest shape is drawn without a call. */
  const exponentialMs = Float64Array.from(nodes, (n) => (n.do === 'pass' && n.time.shape === 'exponential' ? n.time.meanMs : -1));

  // ---------------------------------------------------------------------------------------------- requests, in slots
  let slots = 1024;
  let at = new Int32Array(slots);
  let began = new Float64Array(slots);
  let queuedAt = new Float64Array(slots);
  let parent = new Int32Array(slots);
  let parentLife = new Int32Array(slots);
  let life = new Int32Array(slots);
  let waitsFor = new Int32Array(slots);
  let attempts = new Int32Array(slots);
  let measure = new Int32Array(slots);
  let held = new Int32Array(slots * MOST_HELD);
  let heldCount = new Uint8Array(slots);
  let behind = new Int32Array(slots);
  let free = new Int32Array(slots);
  let freeCount = 0;
  for (let i = slots - 1; i >= 0; i--) free[freeCount++] = i;

  function moreSlots(): void {
    const old = slots;
    slots *= 2;
    const ints = (from: Int32Array, size = slots): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(size);
      to.set(from);
      return to;
    };
    const floats = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(slots);
      to.set(from);
      return to;
    };
    [at, parent, parentLife, life, waitsFor, attempts, measure, behind] = [
      ints(at),
      ints(parent),
      ints(parentLife),
      ints(life),
      ints(waitsFor),
      ints(attempts),
      ints(measure),
      ints(behind),
    ];
    [began, queuedAt] = [floats(began), floats(queuedAt)];
    held = ints(held, slots * MOST_HELD);
    const counts = new Uint8Array(slots);
    counts.set(heldCount);
    heldCount = counts;
    free = ints(free);
    for (let i = slots - 1; i >= old; i--) free[freeCount++] = i;
  }

  // ---------------------------------------------------------------------------------------------- stations
  const count = stations.length;
  const servers = Int32Array.from(stations, (s) => s.servers);
  const room = Float64Array.from(stations, (s) => s.mostWaiting ?? Number.POSITIVE_INFINITY);
  const busy = new Int32Array(count);
  const waiting = new Int32Array(count);
  const first = new Int32Array(count).fill(NONE);
  const last = new Int32Array(count).fill(NONE);
  /** 0 cold, 1 starting, 2 open. */
  const open = Uint8Array.from(stations, (s) => (s.coldStart ? 0 : 2));
  const coldStarts = stations.map((s) => s.coldStart && samplerOf(s.coldStart));
  const changedAt = new Float64Array(count);
  const busyArea = new Float64Array(count);
  const waitingArea = new Float64Array(count);
  const entered = new Float64Array(count);
  const turnedAway = new Float64Array(count);
  const ownMs = new Float64Array(count);
  const coldMs = new Float64Array(count);
  const waits = stations.map(() => new Histogram());
  const processors = stations.map((s) => s.processor && new Processor(s.processor));
  const sharing = nodes.map((n) => (n.do === 'pass' && n.of !== undefined && n.shared ? processors[n.of] : undefined));
  /** When it was last said that work ends at a processor: an event of another time is an old one. */
  const endsAt = new Float64Array(count).fill(Number.NaN);

  const latencies = program.measured.map(() => new Histogram());
  const failures = new Float64Array(program.measured.length);
  const timeouts = new Float64Array(program.measured.length);
  const counts = new Float64Array(program.counters ?? 0);
  let ended = 0;
  let inside = 0;

  function told(s: number): void {
    const since = now - (changedAt[s] as number);
    busyArea[s] = (busyArea[s] as number) + since * (busy[s] as number);
    waitingArea[s] = (waitingArea[s] as number) + since * (waiting[s] as number);
    changedAt[s] = now;
  }

  function forget(): void {
    for (let s = 0; s < count; s++) {
      told(s);
      busyArea[s] = 0;
      waitingArea[s] = 0;
      entered[s] = 0;
      turnedAway[s] = 0;
      ownMs[s] = 0;
      (waits[s] as Histogram).clear();
    }
    for (const latency of latencies) latency.clear();
    failures.fill(0);
    timeouts.fill(0);
    counts.fill(0);
    ended = 0;
  }

  // ---------------------------------------------------------------------------------------------- what happens
  function begin(node: number, from: number, measured: number): number {
    if (freeCount === 0) moreSlots();
    const slot = free[--freeCount] as number;
    at[slot] = node;
    began[slot] = now;
    parent[slot] = from;
    if (from !== NONE) parentLife[slot] = life[from] as number;
    waitsFor[slot] = NONE;
    attempts[slot] = 0;
    measure[slot] = measured;
    heldCount[slot] = 0;
    inside++;
    return slot;
  }

  /** Ends it and, where its caller still waits for it, lets that one go on. */
  function finish(slot: number, well: boolean): void {
    const m = measure[slot] as number;
    if (m !== NONE) {
      ended++;
      if (well) (latencies[m] as Histogram).add(now - (began[slot] as number));
      else failures[m] = (failures[m] as number) + 1;
    }
    const caller = parent[slot] as number;
    const waited = caller !== NONE && parentLife[slot] === life[caller] && waitsFor[caller] === slot;
    life[slot] = ((life[slot] as number) + 1) | 0;
    free[freeCount++] = slot;
    inside--;
    if (!waited) return;
    waitsFor[caller] = NONE;
    const node = at[caller] as number;
    if (well) attempts[caller] = 0;
    at[caller] = (well ? next[node] : other[node]) as number;
    go(caller);
  }

  function release(slot: number, s: number): void {
    const n = (heldCount[slot] as number) - 1;
    const base = slot * MOST_HELD;
    let i = n;
    while (held[base + i] !== s) i--;
    held[base + i] = held[base + n] as number;
    heldCount[slot] = n;
    told(s);
    busy[s] = (busy[s] as number) - 1;
    admit(s);
  }

  function takeServer(slot: number, s: number): void {
    busy[s] = (busy[s] as number) + 1;
    const n = heldCount[slot] as number;
    held[slot * MOST_HELD + n] = s;
    heldCount[slot] = n + 1;
    entered[s] = (entered[s] as number) + 1;
    (waits[s] as Histogram).add(now - (queuedAt[slot] as number));
  }

  /** The next who waits there, if a server is free: it goes on at once. */
  function admit(s: number): void {
    if (open[s] !== 2 || first[s] === NONE || (busy[s] as number) >= (servers[s] as number)) return;
    const slot = first[s] as number;
    first[s] = behind[slot] as number;
    if (first[s] === NONE) last[s] = NONE;
    waiting[s] = (waiting[s] as number) - 1;
    takeServer(slot, s);
    at[slot] = next[at[slot] as number] as number;
    // By the queue of events, so that a long chain of handing on does not become a deep stack.
    events.push(now, (slot << 2) | GO);
  }

  function abandon(slot: number): void {
    for (let n = heldCount[slot] as number; n > 0; n--) release(slot, held[slot * MOST_HELD + n - 1] as number);
    finish(slot, false);
  }

  /** Follows the program until time has to pass. */
  function go(slot: number): void {
    for (;;) {
      const node = at[slot] as number;
      switch (kind[node]) {
        case PASS: {
          const mean = exponentialMs[node] as number;
          const ms = mean >= 0 ? mean * random.exponential() : (samplers[node] as Sampler)(random);
          at[slot] = next[node] as number;
          const s = station[node] as number;
          if (s !== NONE) ownMs[s] = (ownMs[s] as number) + ms;
          const shared = sharing[node];
          if (shared) {
            shared.add(now, slot, ms);
            look(s, shared);
          } else events.push(now + ms, (slot << 2) | GO);
          return;
        }
        case ENTER: {
          const s = station[node] as number;
          told(s);
          queuedAt[slot] = now;
          if (open[s] === 2 && first[s] === NONE && (busy[s] as number) < (servers[s] as number)) {
            takeServer(slot, s);
            at[slot] = next[node] as number;
            break;
          }
          if ((waiting[s] as number) >= (room[s] as number)) {
            turnedAway[s] = (turnedAway[s] as number) + 1;
            abandon(slot);
            return;
          }
          if (open[s] === 0) {
            open[s] = 1;
            const ms = (coldStarts[s] as Sampler)(random);
            coldMs[s] = ms;
            events.push(now + ms, (s << 2) | STATION);
          }
          behind[slot] = NONE;
          if (last[s] === NONE) first[s] = slot;
          else behind[last[s] as number] = slot;
          last[s] = slot;
          waiting[s] = (waiting[s] as number) + 1;
          return;
        }
        case LEAVE:
          at[slot] = next[node] as number;
          release(slot, station[node] as number);
          break;
        case BRANCH:
          at[slot] = (random.uniform() < (chance[node] as number) ? other[node] : next[node]) as number;
          break;
        case CALL: {
          const child = begin(entry[node] as number, slot, label[node] as number);
          waitsFor[slot] = child;
          const limit = timeout[node] as number;
          if (limit !== Number.POSITIVE_INFINITY) setTimer(node, slot, child, limit);
          go(child);
          return;
        }
        case RETRY: {
          const n = attempts[slot] as number;
          if (n >= (tries[node] as number)) {
            attempts[slot] = 0;
            at[slot] = next[node] as number;
            break;
          }
          attempts[slot] = n + 1;
          at[slot] = other[node] as number;
          const most = (backoff[node] as number) * 2 ** n;
          events.push(now + most * (0.5 + 0.5 * random.uniform()), (slot << 2) | GO);
          return;
        }
        case COUNT:
          counts[counter[node] as number] = (counts[counter[node] as number] as number) + 1;
          at[slot] = next[node] as number;
          break;
        case FAIL:
          abandon(slot);
          return;
        default:
          finish(slot, true);
          return;
      }
    }
  }

  function look(s: number, processor: Processor): void {
    const time = processor.nextAt;
    if (time === endsAt[s] || time === Number.POSITIVE_INFINITY) return;
    endsAt[s] = time;
    events.push(time, ((count + s) << 2) | STATION);
  }

  function worked(s: number): void {
    if (now !== endsAt[s]) return;
    const processor = processors[s] as Processor;
    endsAt[s] = Number.NaN;
    for (let slot = processor.done(now); slot !== undefined; slot = processor.done(now)) events.push(now, (slot << 2) | GO);
    look(s, processor);
  }

  // One event stands for all who wait for the same call: for the first of them who still waits.
  const patience = nodes.map((n) => (n.do === 'call' && n.timeoutMs !== undefined ? new Patience() : undefined));

  function setTimer(node: number, slot: number, child: number, ms: number): void {
    const waitingOnes = patience[node] as Patience;
    waitingOnes.push(slot, child, life[child] as number, now + ms);
    if (waitingOnes.size === 1) events.push(now + ms, (node << 2) | TIMER);
  }

  /** The caller gives up; what it called for goes on, as servers do that are not told. */
  function ring(node: number): void {
    const waitingOnes = patience[node] as Patience;
    const { slot, child } = waitingOnes;
    const waits = stillWaits(waitingOnes);
    waitingOnes.drop();
    while (waitingOnes.size > 0 && !stillWaits(waitingOnes)) waitingOnes.drop();
    if (waitingOnes.size > 0) events.push(waitingOnes.at, (node << 2) | TIMER);
    if (!waits) return;
    waitsFor[slot] = NONE;
    const m = measure[child] as number;
    if (m !== NONE) {
      timeouts[m] = (timeouts[m] as number) + 1;
      ended++;
      measure[child] = NONE;
    }
    at[slot] = other[at[slot] as number] as number;
    go(slot);
  }

  const stillWaits = ({ slot, child, life: then }: Patience): boolean => life[child] === then && waitsFor[slot] === child;

  /** When the next of a source comes, by its rate in each step: exact for rates that are constant in steps. */
  function following(s: number): number {
    const { perSecond, stepMs } = sources[s] as Program['sources'][number];
    let left = random.exponential();
    let t = now;
    for (let quiet = 0; quiet <= perSecond.length; quiet++) {
      const step = Math.floor(t / stepMs);
      const rate = (perSecond[step % perSecond.length] as number) / 1000;
      const end = (step + 1) * stepMs;
      if (left <= rate * (end - t)) return t + left / rate;
      left -= rate * (end - t);
      t = end;
      if (rate > 0) quiet = 0;
      if (t > durationMs) return Number.POSITIVE_INFINITY;
    }
    return Number.POSITIVE_INFINITY;
  }

  const due = (s: number): void => {
    const time = following(s);
    if (time <= durationMs) events.push(time, (s << 2) | SOURCE);
  };

  // ---------------------------------------------------------------------------------------------- the run
  for (let s = 0; s < sources.length; s++) due(s);
  let end: RunFigures['end'] = 'done';
  let over = false;
  let forgotten = warmUpMs <= 0;
  let passed = 0;
  const inSight = new Float64Array(samples);
  let sampled = 0;
  let sampleAt = samples > 0 ? durationMs / samples : Number.POSITIVE_INFINITY;

  function sampleUntil(time: number): void {
    while (sampled < samples && sampleAt <= time) {
      inSight[sampled++] = inside;
      sampleAt = (durationMs / samples) * (sampled + 1);
    }
    if (sampled === samples) sampleAt = Number.POSITIVE_INFINITY;
  }

  function finished(why: RunFigures['end']): true {
    end = why;
    over = true;
    if (end === 'done') {
      if (!forgotten) {
        now = warmUpMs;
        forget();
      }
      now = durationMs;
      sampleUntil(durationMs);
    }
    return true;
  }

  function happen(event: number): void {
    const what = event >> 2;
    switch (event & 3) {
      case GO:
        go(what);
        break;
      case TIMER:
        ring(what);
        break;
      case SOURCE: {
        const { entry: node, measured = NONE } = sources[what] as Program['sources'][number];
        options.came?.(what, now);
        go(begin(node, NONE, measured));
        due(what);
        break;
      }
      default:
        if (what >= count) worked(what - count);
        else {
          open[what] = 2;
          told(what);
          for (let n = servers[what] as number; n > 0; n--) admit(what);
        }
    }
  }

  function advance(most: number): boolean {
    for (let n = 0; n < most && !over; n++) {
      const time = events.nextAt;
      if (!(time <= durationMs)) return finished('done');
      if (!forgotten && time >= warmUpMs) {
        now = warmUpMs;
        forget();
        forgotten = true;
      }
      if (time >= sampleAt) sampleUntil(time);
      now = time;
      happen(events.pop());
      passed++;
      if (inside > mostInside) return finished('overloaded');
      if (passed >= mostEvents) return finished('bounded');
      if (passed % CHECK_EVERY === 0 && options.stop?.(now)) return finished('stopped');
    }
    return over;
  }

  function figures(): RunFigures {
    for (let s = 0; s < count; s++) told(s);
    const measuredMs = Math.max(0, now - warmUpMs);
    return {
      stations: stations.map(({ id }, s) => ({
        id,
        utilization: (busyArea[s] as number) / (measuredMs * (servers[s] as number)),
        waiting: (waitingArea[s] as number) / measuredMs,
        inside: ((waitingArea[s] as number) + (busyArea[s] as number)) / measuredMs,
        waitMs: waits[s] as Histogram,
        entered: entered[s] as number,
        turnedAway: turnedAway[s] as number,
        ownMs: ownMs[s] as number,
        coldMs: coldMs[s] as number,
      })),
      requests: program.measured.map((name, m) => ({
        name,
        latencyMs: latencies[m] as Histogram,
        failed: failures[m] as number,
        timedOut: timeouts[m] as number,
      })),
      counts,
      inside: inSight.subarray(0, sampled),
      requestsEnded: ended,
      measuredMs,
      events: passed,
      end,
    };
  }

  return {
    advance,
    figures,
    get doneMs() {
      return now;
    },
  };
}
