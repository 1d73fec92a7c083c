import type { ResourceKind } from '../domain/index.ts';
import type { Translate } from './translate.ts';

/** What a resource is, or what an activity came from, in the developer's language; what is not known is left as it is. */
export function kindWord(kind: string, t: Translate): string {
  const resources: Readonly<Record<ResourceKind, string>> = {
    database: t('database'),
    cache: t('cache'),
    queue: t('queue'),
    search: t('search'),
    'object-store': t('object store'),
    proxy: t('proxy'),
    service: t('service'),
    job: t('job'),
    observability: t('observability'),
    admin: t('admin tool'),
    dataset: t('dataset'),
    devcontainer: t('dev container'),
    container: t('container'),
    process: t('process'),
    vm: t('virtual machine'),
    secret: t('secret'),
  };
  const activities: Readonly<Record<string, string>> = {
    command: t('command'),
    editor: t('file'),
    task: t('task'),
    debug: t('debugging'),
    branch: t('branch'),
    api: t('API call'),
  };
  return resources[kind as ResourceKind] ?? activities[kind] ?? kind;
}
