import { type ComposeFile, type ComposeService, inputsOf } from './resolved.ts';

/** Tools that migrate, and what people call such services. */
const MIGRATES = /migrat|flyway|liquibase|alembic|prisma|sqitch|dbmate|\bgoose\b|knex|drizzle|\bseed/i;

/**
 * The services that are migrations of this one's data, each after those that it depends on: by name, image or command they migrate, they run once
 * with every start of the project, and they depend on nothing but this service and one another.
 */
export function migrationsOf({ services }: ComposeFile, of: string): readonly string[] {
  const found: string[] = [];
  const known = new Set([of]);
  for (let before = -1; before < found.length; ) {
    before = found.length;
    for (const [name, service] of Object.entries(services)) {
      const needs = dependenciesOf(service);
      if (known.has(name) || needs.length === 0 || !needs.every((n) => known.has(n)) || !isMigration(name, service)) continue;
      known.add(name);
      found.push(name);
    }
  }
  return found;
}

function isMigration(name: string, service: ComposeService): boolean {
  const { image = '', command, entrypoint, restart = 'no', ports = [], profiles = [], privileged = false } = service;
  const once = /^(no|on-failure)/.test(restart) && ports.length === 0 && profiles.length === 0;
  if (!once || !MIGRATES.test(JSON.stringify([name, image, command, entrypoint]))) return false;
  const { network, mounts } = inputsOf(service);
  // What reaches the engine or the machine could do more than migrate.
  return network === 'own' && !privileged && !mounts.some((m) => /docker\.sock$/.test(m.source ?? ''));
}

const dependenciesOf = ({ depends_on: needs = [] }: ComposeService): readonly string[] =>
  Array.isArray(needs) ? needs : Object.keys(needs);
