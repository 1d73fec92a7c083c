import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const TYPES = {
  POST: 'application/json',
  PUT: 'application/json',
  PATCH: 'application/merge-patch+json',
  APPLY: 'application/apply-patch+yaml',
};

/** One question to the API server; resolves to `{status, body}`. `APPLY` is a server-side apply. */
export function ask(server, certificate, token, method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': TYPES[method] } : {}) };
    const options = { method: method === 'APPLY' ? 'PATCH' : method, headers, ca: readFileSync(certificate), timeout: 10_000 };
    const question = request(new URL(path, server), options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, body: parsed(text) }));
      answer.on('error', reject);
    });
    question.on('timeout', () => question.destroy(new Error(`${method} ${path} was not answered`)));
    question.on('error', reject);
    question.end(body ? JSON.stringify(body) : undefined);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
