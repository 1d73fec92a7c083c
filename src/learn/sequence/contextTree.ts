/**
 * What was kept for each context of a sequence: a context is a path, its nearest part first (mostly the latest symbol, then
 * the one before …), so that the contexts of order 0, 1, 2 … are one walk. Exact for any number of symbols.
 */
export class ContextTree<T> {
  private readonly root: Node<T>;

  constructor(
    private readonly order: number,
    private readonly create: () => T,
  ) {
    this.root = { value: create(), longer: undefined };
  }

  /** The values of order 0, 1, … as far as this path was met before. */
  find(path: readonly number[]): T[] {
    const found: T[] = [];
    let node: Node<T> | undefined = this.root;
    for (let order = 0; node; order++) {
      found.push(node.value);
      node = node.longer?.get(path[order] as number);
    }
    return found;
  }

  /** As `find`, but what is missing is made, up to the longest order that the path allows. */
  make(path: readonly number[]): T[] {
    const made = [this.root.value];
    let node = this.root;
    for (let order = 0; order < Math.min(this.order, path.length); order++) {
      node = this.longer(node, path[order] as number);
      made.push(node.value);
    }
    return made;
  }

  private longer(node: Node<T>, part: number): Node<T> {
    node.longer ??= new Map();
    let next = node.longer.get(part);
    if (!next) node.longer.set(part, (next = { value: this.create(), longer: undefined }));
    return next;
  }
}

interface Node<T> {
  readonly value: T;
  longer: Map<number, Node<T>> | undefined;
}
