/** Counts that fade: at every addition all others are multiplied by `decay`. Stored scaled, so that an addition is O(1). */
export class FadingCounts {
  /** Additions so far. */
  additions = 0;
  private readonly scaled = new Map<number, number>();
  private unit = 1;
  private sum = 0;

  constructor(private readonly decay: number) {}

  /** How many keys were not forgotten. */
  get distinct(): number {
    return this.scaled.size;
  }

  total(): number {
    return this.sum / this.unit;
  }

  count(key: number): number {
    return (this.scaled.get(key) ?? 0) / this.unit;
  }

  add(key: number): void {
    this.additions++;
    this.unit /= this.decay;
    this.scaled.set(key, (this.scaled.get(key) ?? 0) + this.unit);
    this.sum += this.unit;
    if (this.unit > 1e100) this.rescale();
  }

  each(use: (key: number, count: number) => void): void {
    for (const [key, count] of this.scaled) use(key, count / this.unit);
  }

  /** Back to a unit of 1; what has faded away is dropped, which keeps the map short. */
  private rescale(): void {
    for (const [key, count] of this.scaled) {
      const left = count / this.unit;
      if (left < 1e-6) this.scaled.delete(key);
      else this.scaled.set(key, left);
    }
    this.sum /= this.unit;
    this.unit = 1;
  }
}
