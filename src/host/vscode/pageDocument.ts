export interface PageDocument {
  /** Of this one loading of the page. */
  readonly nonce: string;
  /** From where style sheets may come. */
  readonly source: string;
  readonly style: string;
  readonly script: string;
  readonly language: string;
  /** Translations by the English text. */
  readonly words: unknown;
}

/** The webview's document: nothing may be loaded or run but what is named. */
export function pageDocument({ nonce, source, style, script, language, words }: PageDocument): string {
  return `<!doctype html>
<html lang="${attribute(language)}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}';">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${style}">
  <title>Prewarm</title>
</head>
<body><main id="root" data-words="${attribute(JSON.stringify(words))}"></main><script nonce="${nonce}" src="${script}"></script></body>
</html>`;
}

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
