/**
 * Who waits for whom until when, for one call: since all wait equally long, who began first gives up first, and a ring does for a heap.
 * Most are answered in time, so that only the first who still waits is worth an event.
 */
export class Patience {
  private slots = new Int32Array(16);
  private children = new Int32Array(16);
  private lives = new Int32Array(16);
  private times = new Float64Array(16);
  private head = 0;
  size = 0;

  push(slot: number, child: number, life: number, at: number): void {
    if (this.size === this.slots.length) this.grow();
    const i = (this.head + this.size++) & (this.slots.length - 1);
    this.slots[i] = slot;
    this.children[i] = child;
    this.lives[i] = life;
    this.times[i] = at;
  }

  /** Of the first; only where there is one. */
  get slot(): number {
    return this.slots[this.head] as number;
  }
  get child(): number {
    return this.children[this.head] as number;
  }
  get life(): number {
    return this.lives[this.head] as number;
  }
  get at(): number {
    return this.times[this.head] as number;
  }

  drop(): void {
    this.head = (this.head + 1) & (this.slots.length - 1);
    this.size--;
  }

  private grow(): void {
    const unrolled = <T extends Int32Array | Float64Array>(old: T, next: T): T => {
      next.set(old.subarray(this.head));
      next.set(old.subarray(0, this.head), old.length - this.head);
      return next;
    };
    const length = 2 * this.slots.length;
    this.slots = unrolled(this.slots, new Int32Array(length));
    this.children = unrolled(this.children, new Int32Array(length));
    this.lives = unrolled(this.lives, new Int32Array(length));
    this.times = unrolled(this.times, new Float64Array(length));
    this.head = 0;
  }
}
