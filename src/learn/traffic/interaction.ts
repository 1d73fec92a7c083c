import type { Activity } from '../../domain/index.ts';

/** A rule: what a resource is taken for where its method and its path fit. The first that fits counts. */
interface Rule {
  readonly type: string;
  readonly methods?: RegExp;
  readonly path?: RegExp;
}

const WRITES = /^(POST|PUT|PATCH|DELETE)$/;
const word = (words: string): RegExp => new RegExp(`(?:^|[/._-])(?:${words})(?:$|[/._-])`, 'i');

const RULES: readonly Rule[] = [
  { type: 'login', path: word('log-?in|sign-?in|log-?out|sign-?out|oauth2?|auth|sso|sessions?') },
  { type: 'search', path: word('search|find|suggest|autocomplete|query') },
  { type: 'upload', methods: /^(POST|PUT|PATCH)$/, path: word('uploads?|attachments?|files?|blobs?|import') },
  { type: 'download', methods: /^(GET|HEAD)$/, path: word('downloads?|export|dist|releases') },
  {
    type: 'download',
    methods: /^(GET|HEAD)$/,
    path: /\.(zip|t?gz|bz2|xz|7z|rar|tar|iso|dmg|exe|msi|deb|rpm|jar|whl|apk|mpe?g|mp[34]|avi|mov|wav)$/i,
  },
  { type: 'api_call', path: word('graphql|rpc|jsonrpc|webhooks?') },
  { type: 'transaction', methods: WRITES },
  { type: 'api_call', path: word('api|rest|v\\d+') },
  { type: 'api_call', path: /\.(json|xml)$/i },
  { type: 'content_view', methods: /^(GET|HEAD)$/ },
];

/**
 * What kind of interaction a request is, one of `INTERACTION_TYPES`, by plain rules on method and path (`api:GET /orders/{id}`), since that is
 * all that a log tells. What is no HTTP request goes by what told of it: messages are messages, data stores are queried.
 */
export function interactionOf({ resource, source, kind = '' }: Pick<Activity, 'resource' | 'source' | 'kind'>): string {
  if (kind.startsWith('message.')) return 'message';
  const call = resource.match(/^api:(.*)$/s)?.[1];
  if (call === undefined) return source === 'api' ? 'api_call' : 'query';
  const [, method, path] = call.match(/^([A-Z]{3,20}) [^/]*(\/.*)$/s) ?? [];
  if (method === undefined || path === undefined) return 'api_call';
  return RULES.find((r) => (r.methods?.test(method) ?? true) && (r.path?.test(path) ?? true))?.type ?? 'api_call';
}
