import type { INTERACTION_TYPES } from '../../domain/index.ts';

export type InteractionType = (typeof INTERACTION_TYPES)[number];

/** The first that fits says what an interaction is; the words are those of whole segments of the path. */
const RULES: readonly { readonly type: InteractionType; readonly methods: RegExp; readonly path: RegExp }[] = [
  { type: 'login', methods: /^(?:POST|PUT)$/, path: word('log-?in|sign-?in|sessions?|auth|oauth2?|token|sso') },
  { type: 'search', methods: /./, path: /(?:^|\/)(?:search|suggest|autocomplete|_search)(?:[/.?]|$)|[?&](?:q|query|search)=/i },
  { type: 'query', methods: /./, path: word('graphql|_?query|sql') },
  {
    type: 'transaction',
    methods: /^(?:POST|PUT)$/,
    path: word('checkout|orders?|payments?|pay|purchases?|bookings?|cart|baskets?|transactions?'),
  },
  { type: 'upload', methods: /^(?:POST|PUT|PATCH)$/, path: word('uploads?|files?|attachments?|media|images?') },
  {
    type: 'download',
    methods: /^GET$/,
    path: /(?:^|\/)(?:downloads?|exports?)(?:[/.?]|$)|\.(?:zip|tar|gz|tgz|7z|pdf|iso|dmg|exe|msi|csv|parquet)(?:\?|$)/i,
  },
  { type: 'message', methods: /^(?:POST|PUT)$/, path: word('messages?|chats?|comments?|mails?|notifications?') },
  { type: 'api_call', methods: /./, path: word('api|rest|rpc|v\\d+') },
  { type: 'content_view', methods: /^(?:GET|HEAD)$/, path: /./ },
];

function word(words: string): RegExp {
  return new RegExp(`(?:^|/)(?:${words})(?:[/.?]|$)`, 'i');
}

/** What a user did by a call, such as `POST /orders/17`: one of `INTERACTION_TYPES`, told by method and path. */
export function interactionTypeOf(call: string): InteractionType {
  const [, method = '', path = ''] = /^(\S+)\s+(\S*)/.exec(call) ?? [];
  return RULES.find((rule) => rule.methods.test(method.toUpperCase()) && rule.path.test(path))?.type ?? 'api_call';
}
