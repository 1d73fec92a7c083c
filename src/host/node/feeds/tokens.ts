import { createPrivateKey, createSign } from 'node:crypto';
import { failed, ok, type Result, type UnixMs } from '../../../domain/index.ts';
import { number, objectWith, oneOf, optional, shaped, text } from '../../../sense/feeds/shape.ts';
import { jsonOf } from './content.ts';
import { type Fetch, request } from './request.ts';

export interface TokenPorts {
  readonly fetch: Fetch;
  readonly now: () => UnixMs;
}

/** An access token of OAuth 2.0, and how it was had. */
interface Token {
  readonly value: string;
  readonly until: UnixMs;
}

export interface Tokens {
  /**
   * What a secret says: the key file of a Google service account, Adobe's `{"client_id", "client_secret", "scope"}`, each in JSON, or an
   * access token as it is. `refused`: the token that was refused, so that another is made, once.
   */
  tokenOf(name: string, secret: string, signal: AbortSignal, refused?: string): Promise<Result<string>>;
}

const GOOGLE_SCOPE = 'https://www.googleapis.com/auth/analytics.readonly';
const ADOBE_TOKENS = 'https://ims-na1.adobelogin.com/ims/token/v3';
const ADOBE_SCOPES = 'openid,AdobeID,additional_info.projectedProductContext';
/** Of a token that ends so soon another is made. */
const EARLY_MS = 60_000;

const serviceAccount = objectWith({ type: oneOf('service_account'), client_email: text, private_key: text, token_uri: text });
const clientCredentials = objectWith({ client_id: text, client_secret: text, scope: optional(text), token_uri: optional(text) });
const grant = objectWith({ access_token: text, expires_in: optional(number) });

/** Keeps tokens in memory for as long as they hold, by their secret. */
export function createTokens(ports: TokenPorts): Tokens {
  const known = new Map<string, Token>();
  return {
    async tokenOf(name, secret, signal, refused) {
      const token = known.get(secret);
      if (token && token.value !== refused && token.until > ports.now() + EARLY_MS) return ok(token.value);
      const made = await newToken(name, secret, signal, ports);
      if (!made.ok) return made;
      known.set(secret, made.value);
      return made.value.value === refused
        ? failed('fetch-failed', 'never', `${name}: its access token is refused; it may have expired. Set the feed’s secret anew.`)
        : ok(made.value.value);
    },
  };
}

async function newToken(name: string, secret: string, signal: AbortSignal, ports: TokenPorts): Promise<Result<Token>> {
  if (!secret.trimStart().startsWith('{')) return ok({ value: secret.trim(), until: Number.POSITIVE_INFINITY });
  const parsed = jsonOf(new TextEncoder().encode(secret), name);
  const account = shaped(serviceAccount, parsed.ok ? parsed.value : undefined);
  if ('value' in account) return byAssertion(name, account.value, signal, ports);
  const client = shaped(clientCredentials, parsed.ok ? parsed.value : undefined);
  if ('value' in client) return byCredentials(name, client.value, signal, ports);
  return failed(
    'fetch-failed',
    'never',
    `${name}: its secret is JSON, but neither a service account’s key nor client credentials. Set it anew.`,
  );
}

/** RFC 7523: an assertion that the account's key signs. */
async function byAssertion(
  name: string,
  account: ReturnType<typeof serviceAccount>,
  signal: AbortSignal,
  ports: TokenPorts,
): Promise<Result<Token>> {
  const at = Math.floor(ports.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: account.client_email, scope: GOOGLE_SCOPE, aud: account.token_uri, iat: at, exp: at + 3600 };
  const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  try {
    const signature = createSign('RSA-SHA256').update(unsigned).sign(createPrivateKey(account.private_key), 'base64url');
    const assertion = `${unsigned}.${signature}`;
    return granted(name, account.token_uri, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }, signal, ports);
  } catch {
    return failed('fetch-failed', 'never', `${name}: the private key of the service account can’t be read. Set the feed’s secret anew.`);
  }
}

/** RFC 6749, 4.4. */
function byCredentials(
  name: string,
  client: ReturnType<typeof clientCredentials>,
  signal: AbortSignal,
  ports: TokenPorts,
): Promise<Result<Token>> {
  const { client_id, client_secret, scope = ADOBE_SCOPES, token_uri = ADOBE_TOKENS } = client;
  return granted(name, token_uri, { grant_type: 'client_credentials', client_id, client_secret, scope }, signal, ports);
}

async function granted(
  name: string,
  url: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
  ports: TokenPorts,
): Promise<Result<Token>> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(parameters).toString();
  const answer = await request(ports.fetch, { name, url, method: 'POST', headers, body }, signal, ports.now);
  if (!answer.ok) {
    const isRefusal = answer.status === 400 || answer.status === 401;
    return isRefusal
      ? failed(
          'fetch-failed',
          'never',
          `${name}: ${new URL(url).origin} does not take its credentials (HTTP ${answer.status}). Set the feed’s secret anew.`,
        )
      : answer;
  }
  const json = jsonOf(answer.bytes, name);
  const read = shaped(grant, json.ok ? json.value : undefined);
  if ('problem' in read) return failed('fetch-failed', 'later', `${name}: ${new URL(url).origin} gave no access token: ${read.problem}.`);
  return ok({ value: read.value.access_token, until: ports.now() + (read.value.expires_in ?? 3600) * 1000 });
}
