import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageDocument } from '../../src/host/vscode/pageDocument.ts';

const page = (words: unknown) =>
  pageDocument({ nonce: 'n0nce', source: 'vscode-webview:', style: 'style.css', script: 'main.js', language: 'en', words });

it('a page may load and run nothing but its own script and style sheet', () => {
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page({})) ?? [];
  expect(policy).toBe("default-src 'none'; style-src vscode-webview:; script-src 'nonce-n0nce';");
});

it('whatever the words are, they stay words', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), fc.constantFrom('', '"><script>x</script>', "'&quot;"), (words, hostile) => {
      const text = page({ ...words, hostile });
      return text.match(/<script/g)?.length === 1 && (text.match(/data-words="([^"<]*)"/)?.[1]?.length ?? 0) > 0;
    }),
  );
});
