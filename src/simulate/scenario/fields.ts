/** No time, rate or size is as large. */
const BEYOND = 1e15;

/** Reads fields of foreign JSON and notes what is wrong with them, by their path. */
export class Fields {
  constructor(
    private readonly value: unknown,
    readonly path: string,
    /** The first says enough; shared by all that belong to one document. */
    readonly problems: string[],
  ) {}

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  raw(name: string): unknown {
    const { value } = this;
    return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }

  problem(name: string, what: string): undefined {
    this.problems.push(`${this.path}${name === '' ? '' : `${this.path === '' ? '' : '.'}${name}`} ${what}`);
    return undefined;
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    return this.problem(name, 'must be a text that is not empty');
  }

  number(name: string, least: number, most = Number.POSITIVE_INFINITY): number | undefined {
    const value = this.raw(name);
    if (value === undefined || (typeof value === 'number' && value >= least && value <= most && value < BEYOND)) return value;
    return this.problem(
      name,
      `is ${shown(value)}, and must be a number ${most < BEYOND ? `from ${least} to ${most}` : `of at least ${least} and below ${BEYOND}`}`,
    );
  }

  /** Above 0: a time or a number of servers that is none makes no sense. */
  positive(name: string): number | undefined {
    const value = this.number(name, 0);
    return value === 0 ? this.problem(name, 'is 0, and must be more than 0; leave it out for the default') : value;
  }

  whole(name: string, least: number): number | undefined {
    const value = this.number(name, least, 1_000_000_000);
    return value === undefined || Number.isInteger(value) ? value : this.problem(name, `is ${value}, and must be a whole number`);
  }

  object(name: string): Fields | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.problem(name, 'must be an object');
    return new Fields(value, this.path === '' ? name : `${this.path}.${name}`, this.problems);
  }

  objects(name: string): readonly Fields[] {
    return this.list(name).map((value, i) => {
      const fields = new Fields(value, `${this.path === '' ? '' : `${this.path}.`}${name}[${i}]`, this.problems);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) fields.problem('', 'must be an object');
      return fields;
    });
  }

  list(name: string): readonly unknown[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.problem(name, 'must be a list');
    return [];
  }

  /** A number, or the mean of a distribution `[{ value, probability }, …]`; undefined for an empty one. */
  amount(name: string): number | undefined {
    if (!Array.isArray(this.raw(name))) return this.number(name, 0);
    let [sum, weight] = [0, 0];
    for (const point of this.objects(name)) {
      const [value, probability] = [point.number('value', 0) ?? 0, point.number('probability', 0, 1) ?? 0];
      sum += value * probability;
      weight += probability;
    }
    return weight > 0 ? sum / weight : undefined;
  }
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
