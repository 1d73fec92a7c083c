/** A name as text within Markdown: none of it is read as markup, as a link or as the name of an icon. */
export const escaped = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('$(', '\\$(')
    .replaceAll(/[\\`*_{}[\]()#+\-!~<>|&]/g, (sign) => `\\${sign}`);
