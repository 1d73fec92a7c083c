/** Lines and columns of a text, both from 1. A line ends with `\n`, `\r\n` or `\r`, as in editors. */
export function createLines(text: string): { at(offset: number): { readonly line: number; readonly column: number } } {
  const starts = [0];
  for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
  return {
    at(offset) {
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] as number) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] as number) + 1 };
    },
  };
}
