/**
 * Events by time; of the same time the one that was put in first, so that a run can be repeated. A 4-ary heap in typed arrays: half as
 * deep as a binary one, and nothing for the collector.
 */
export class EventQueue {
  size = 0;
  private times = new Float64Array(1024);
  private orders = new Float64Array(1024);
  private events = new Int32Array(1024);
  private order = 0;

  /** Of the next event; Infinity where there is none. */
  get nextAt(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.times[0] as number);
  }

  push(at: number, event: number): void {
    if (this.size === this.times.length) this.grow();
    const { times, orders, events } = this;
    const order = this.order++;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if ((times[parent] as number) <= at) break;
      times[i] = times[parent] as number;
      orders[i] = orders[parent] as number;
      events[i] = events[parent] as number;
      i = parent;
    }
    times[i] = at;
    orders[i] = order;
    events[i] = event;
  }

  /** Takes the next event out; only where there is one. */
  pop(): number {
    const { times, orders, events } = this;
    const event = events[0] as number;
    const size = --this.size;
    if (size === 0) return event;
    const at = times[size] as number;
    const order = orders[size] as number;
    let i = 0;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= size) break;
      let best = first;
      let bestAt = times[first] as number;
      const end = first + 4 < size ? first + 4 : size;
      for (let child = first + 1; child < end; child++) {
        const childAt = times[child] as number;
        if (childAt < bestAt || (childAt === bestAt && (orders[child] as number) < (orders[best] as number))) {
          best = child;
          bestAt = childAt;
        }
      }
      if (at < bestAt || (at === bestAt && order < (orders[best] as number))) break;
      times[i] = bestAt;
      orders[i] = orders[best] as number;
      events[i] = events[best] as number;
      i = best;
    }
    times[i] = at;
    orders[i] = order;
    events[i] = events[size] as number;
    return event;
  }

  private grow(): void {
    const doubled = <T extends Float64Array | Int32Array>(old: T, next: T): T => {
      next.set(old);
      return next;
    };
    const length = 2 * this.times.length;
    this.times = doubled(this.times, new Float64Array(length));
    this.orders = doubled(this.orders, new Float64Array(length));
    this.events = doubled(this.events, new Int32Array(length));
  }
}
