import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantity, quotaProblem } from '../../../src/provision/kubernetes/quota.ts';

const workload = (resources: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'db' },
  spec: { template: { spec: { containers: [{ resources }, {}] } } },
});
const quota = (hard: object, used: object, spec = {}) => [{ metadata: { name: 'team' }, spec, status: { hard, used } }];

describe('quantities', () => {
  it.each([
    ['500m', 0.5],
    ['2', 2],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['128974848', 128974848],
    ['129e6', 129e6],
    ['100M', 1e8],
    ['', 0],
    ['lots', 0],
    ['1Qi', 0],
  ])('%s is %d', (text, value) => expect(quantity(text)).toBe(value));

  it('is a number, whatever it is given', () => fc.assert(fc.property(fc.string(), (text) => Number.isFinite(quantity(text)))));
});

describe('room in a namespace', () => {
  it('is there', () => {
    const asked = workload({ requests: { cpu: '500m', memory: '1Gi' } });
    expect(quotaProblem(quota({ 'requests.memory': '4Gi', pods: '3' }, { 'requests.memory': '1Gi', pods: '1' }), asked, 2)).toBeUndefined();
  });

  it('is not, by what is missing', () => {
    const asked = workload({ limits: { memory: '2Gi' } });
    expect(quotaProblem(quota({ 'limits.memory': '4Gi' }, { 'limits.memory': '3Gi' }), asked, 1)).toMatch(
      /quota “team”: limits\.memory is 3Gi of 4Gi/,
    );
    expect(quotaProblem(quota({ pods: '2' }, { pods: '2' }), asked, 1)).toMatch(/pods is 2 of 2, and it asks for 1/);
    // What is limited and asks for nothing requests its limit.
    expect(quotaProblem(quota({ 'requests.memory': '1Gi' }, {}), asked, 1)).toMatch(/requests\.memory is 0 of 1Gi/);
  });

  it('of a scoped quota only the API server can tell', () => {
    expect(quotaProblem(quota({ pods: '0' }, {}, { scopes: ['BestEffort'] }), workload({}), 1)).toBeUndefined();
  });
});
