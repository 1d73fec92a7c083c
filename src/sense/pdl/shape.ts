import { PIN_FIELDS, PRIORITIES } from '../../domain/index.ts';
import { DURATION } from './duration.ts';

/**
 * What may stand where in a persona document (DESIGN §5.2). `resources/schemas/persona.schema.json` says the same to editors, with
 * more words; `test/sense/pdl/schema.test.ts` holds both together. What is not named here may stand there, too: it is kept.
 */
export type Shape =
  | { readonly is: 'object'; readonly fields: Readonly<Record<string, Shape>>; readonly needs: readonly string[] }
  | { readonly is: 'list'; readonly of: Shape; readonly length?: number }
  | { readonly is: 'number'; readonly least?: number; readonly most?: number; readonly whole?: true }
  | { readonly is: 'text'; readonly oneOf?: readonly string[]; readonly filled?: true; readonly like?: TextForm }
  /** A text or a number. */
  | { readonly is: 'scalar' }
  | { readonly is: 'amount' }
  | { readonly is: 'version' }
  | { readonly is: 'anything' };

interface TextForm {
  readonly pattern: string;
  readonly said: string;
}

const object = (fields: Readonly<Record<string, Shape>>, ...needs: readonly string[]): Shape => ({ is: 'object', fields, needs });
const list = (of: Shape): Shape => ({ is: 'list', of });
const text: Shape = { is: 'text' };
const name: Shape = { is: 'text', filled: true };
const probability: Shape = { is: 'number', least: 0, most: 1 };
/** None of them can be below 0. */
const quantity: Shape = { is: 'number', least: 0 };
const count: Shape = { is: 'number', least: 0, whole: true };
const duration: Shape = {
  is: 'text',
  like: { pattern: DURATION, said: 'an ISO 8601 duration, such as "PT1H" (an hour), "P1D" (a day) or "PT15M" (15 minutes)' },
};

export const DISTRIBUTION = list(object({ value: quantity, probability }, 'value', 'probability'));

/** `Mon-Fri 09:00-11:30`: days are optional, hours are those of the developer. */
export const PEAK_TIME =
  '^((Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? )?([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';

/** As people say it, or as it was measured (`TrafficEntry` of traffic.ts). */
export const TRAFFIC_FIELDS: Readonly<Record<string, Shape>> = {
  requests_per_second: { is: 'amount' },
  request_size_bytes: { is: 'amount' },
  transfer_rate_bps: { is: 'amount' },
  error_rate: probability,
  peak_times: list({
    is: 'text',
    like: { pattern: PEAK_TIME, said: 'a time of day with or without days, such as "Mon-Fri 09:00-11:30"' },
  }),
  data_age: duration,
  name: text,
  interaction_type: text,
  requests: quantity,
  confidence: probability,
  latency_ms: { is: 'amount' },
  error_rate_by_window: DISTRIBUTION,
  peaks: list(object({ time: text, share: probability, times_usual: quantity }, 'time', 'share', 'times_usual')),
  busiest: object({ at: text, requests_per_second: quantity }, 'at', 'requests_per_second'),
  window_seconds: quantity,
  measured_from: text,
  measured_until: text,
  resources: list(object({ id: name, requests: quantity }, 'id', 'requests')),
};
const traffic = object(TRAFFIC_FIELDS);

/** What is really asked in a rehearsal with real requests. */
const request = object({ http: text, sql: text, redis: list(text), body: text, writes: { is: 'anything' } });

const resource = object(
  {
    id: name,
    kind: text,
    provider: text,
    spec: { is: 'anything' },
    requirements: object({
      cpu_cores: DISTRIBUTION,
      memory_gb: DISTRIBUTION,
      storage_gb: DISTRIBUTION,
      network_bandwidth_mbps: DISTRIBUTION,
      learnt: list(text),
    }),
    duration_ms: DISTRIBUTION,
    sla: object({ priority: { is: 'text', oneOf: PRIORITIES }, latency_target_ms: count, learnt: list(text) }),
    traffic,
    request,
  },
  'id',
);

const persona = object(
  {
    name,
    weight: probability,
    confidence: probability,
    updated_at: text,
    attributes: object({
      skill_level: text,
      use_case: text,
      performance_sensitivity: text,
      security_posture: text,
      evidence: object({ skill_level: text, use_case: text, performance_sensitivity: text, security_posture: text }),
    }),
    resources: list(resource),
    edges: list(
      object(
        { from: text, to: text, probability, lag_ms: object({ p50: quantity, p90: quantity }, 'p50', 'p90') },
        'from',
        'to',
        'probability',
        'lag_ms',
      ),
    ),
    provisioning_order: list(text),
    recurrence: object({ per_week: quantity, hour_of_week: { is: 'list', of: probability, length: 168 } }),
    engagement_patterns: list(
      object(
        { name, time_window: duration, interaction_type: name, expected_volume: count, latency_target_ms: count, request },
        'name',
        'time_window',
        'interaction_type',
        'expected_volume',
        'latency_target_ms',
      ),
    ),
    resource_profiles: list(
      object(
        { pattern_name: name, cpu_cores: count, memory_gb: quantity, disk_io_ops: count, network_bandwidth_mbps: count },
        'pattern_name',
        'cpu_cores',
        'memory_gb',
        'disk_io_ops',
        'network_bandwidth_mbps',
      ),
    ),
    traffic,
    pins: list(object({ field: { is: 'text', oneOf: PIN_FIELDS }, resource: text, value: { is: 'scalar' } }, 'field', 'value')),
  },
  'name',
  'weight',
  'edges',
);

export const PERSONA_DOCUMENT = object({ version: { is: 'version' }, personas: list(persona) }, 'version', 'personas');
