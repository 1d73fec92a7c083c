/** One property of iCalendar: `DTSTART;TZID=Europe/Berlin:20260329T090000`. Names are upper case. */
export interface Property {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: string;
}

/** What stands between `BEGIN:` and `END:`. */
export interface Component {
  readonly name: string;
  readonly properties: readonly Property[];
  readonly components: readonly Component[];
}

interface Open extends Component {
  readonly properties: Property[];
  readonly components: Component[];
}

const DEEPEST = 8;

/**
 * The components of a text in iCalendar (RFC 5545, 3.1 and 3.4). Folded lines are one; a line that is no property is passed over, and
 * what breaks off ends there.
 */
export function componentsOf(text: string): readonly Component[] {
  const root: Open = { name: '', properties: [], components: [] };
  const open: Open[] = [root];
  for (const line of text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const property = propertyOf(line);
    const inner = open.at(-1) as Open;
    if (!property) continue;
    if (property.name === 'BEGIN') {
      const begun: Open = { name: property.value.toUpperCase(), properties: [], components: [] };
      inner.components.push(begun);
      if (open.length < DEEPEST) open.push(begun);
    } else if (property.name === 'END') {
      if (open.length > 1) open.pop();
    } else inner.properties.push(property);
  }
  return root.components;
}

/** A parameter's value may be quoted, and then hold `:` and `;`. */
const HEAD = /^([A-Za-z0-9-]{1,60})((?:;[A-Za-z0-9-]{1,60}=(?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:]*))*)*):/;

function propertyOf(line: string): Property | undefined {
  const [head, name, rest = ''] = HEAD.exec(line) ?? [];
  if (head === undefined || name === undefined) return undefined;
  const parameters = [...rest.matchAll(/;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";])*)/g)];
  return {
    name: name.toUpperCase(),
    parameters: Object.fromEntries(parameters.map(([, key = '', value = '']) => [key.toUpperCase(), value.replaceAll('"', '')])),
    value: line.slice(head.length),
  };
}

export const propertyIn = (component: Component, name: string): Property | undefined => component.properties.find((p) => p.name === name);
export const valueIn = (component: Component, name: string): string | undefined => propertyIn(component, name)?.value;

/** A text as people read it. */
export const unescaped = (value: string): string => value.replace(/\\([\\;,nN])/g, (_, c: string) => (c === 'n' || c === 'N' ? ' ' : c));
