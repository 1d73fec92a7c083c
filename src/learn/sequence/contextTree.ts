/**
 * What was kept for each context of a sequence: a context is a path back in time, its latest symbol first, so that the
 * contexts of order 0, 1, 2 … of one history are one walk. Exact for any number of symbols.
 */
export class ContextTree<T> {
  private readonly root: Node<T>;

  constructor(
    private readonly order: number,
    private readonly create: () => T,
  ) {
    this.root = { value: create(), longer: undefined };
  }

  /** The values of order 0, 1, … as far as this history was met before. */
  find(history: readonly number[]): T[] {
    const found: T[] = [];
    let node: Node<T> | undefined = this.root;
    for (let back = 1; node; back++) {
      found.push(node.value);
      node = back > this.order ? undefined : node.longer?.get(history[history.length - back] ?? NOTHING);
    }
    return found;
  }

  /** As `find`, but what is missing is made, up to the longest order that the history allows. */
  make(history: readonly number[]): T[] {
    const made = [this.root.value];
    let node = this.root;
    for (let back = 1; back <= Math.min(this.order, history.length); back++) {
      node = this.longer(node, history[history.length - back] as number);
      made.push(node.value);
    }
    return made;
  }

  private longer(node: Node<T>, symbol: number): Node<T> {
    node.longer ??= new Map();
    let next = node.longer.get(symbol);
    if (!next) node.longer.set(symbol, (next = { value: this.create(), longer: undefined }));
    return next;
  }
}

interface Node<T> {
  readonly value: T;
  longer: Map<number, Node<T>> | undefined;
}

/** No symbol has this number. */
const NOTHING = -1;
