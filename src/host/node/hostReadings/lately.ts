/** A reading that is kept for a while; those who ask meanwhile share one. One that fails is unknown for as long. */
export function lately<T>(periodMs: number, now: () => number, read: () => Promise<T | undefined>): () => Promise<T | undefined> {
  let last: { readonly at: number; readonly value: Promise<T | undefined> } | undefined;
  return () => {
    if (!last || now() - last.at >= periodMs) last = { at: now(), value: read().catch(() => undefined) };
    return last.value;
  };
}
