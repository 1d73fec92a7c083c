/**
 * `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+alt}`, `${NAME:?error}` and `$$`, as the Compose Specification says
 * (interpolation). Defaults may nest, as deep as `MAX_DEPTH`. What is not set becomes empty.
 */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return filled(text, variables, 0);
}

const MAX_DEPTH = 20;

function filled(text: string, variables: Readonly<Record<string, string>>, depth: number): string {
  if (depth > MAX_DEPTH) return '';
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '$') out += text[i];
    else if (text[i + 1] === '$') {
      out += '$';
      i++;
    } else if (text[i + 1] === '{') {
      const end = closing(text, i + 2);
      out += braced(text.slice(i + 2, end), variables, depth);
      i = end;
    } else {
      const name = text.slice(i + 1).match(/^[A-Za-z_]\w*/)?.[0];
      out += name ? (variables[name] ?? '') : '$';
      i += name?.length ?? 0;
    }
  }
  return out;
}

function braced(inner: string, variables: Readonly<Record<string, string>>, depth: number): string {
  const [, name = '', operator = '', rest = ''] = inner.match(/^([A-Za-z_]\w*)(:?[-+?])?([\s\S]*)$/) ?? [];
  const value = variables[name];
  const set = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('-')) return set ? (value as string) : filled(rest, variables, depth + 1);
  if (operator.endsWith('+')) return set ? filled(rest, variables, depth + 1) : '';
  return value ?? '';
}

/** The index of the brace that closes, nested ones skipped; the text's end where none does. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{' && text[i - 1] === '$') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return text.length;
}
