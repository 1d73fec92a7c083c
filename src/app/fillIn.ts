/** `${host}`, `${port}` and, where it is given, `${secret}` in the scan's templates. */
export function fillIn(templates: Readonly<Record<string, string>>, endpoint: string, secret?: string): Record<string, string> {
  const split = endpoint.lastIndexOf(':');
  const values: Record<string, string | undefined> = { host: endpoint.slice(0, split), port: endpoint.slice(split + 1), secret };
  return Object.fromEntries(
    Object.entries(templates).map(([name, text]) => [
      name,
      text.replace(/\$\{(host|port|secret)\}/g, (whole, key: string) => values[key] ?? whole),
    ]),
  );
}
