import type Docker from 'dockerode';
import { ok, type Resource, type Result } from '../../domain/index.ts';
import { LABEL, labelsFor, stableName } from '../ownership.ts';
import type { Context } from '../provider.ts';
import { type Template, withData } from '../snapshots/design.ts';
import type { Declaration, Prepared } from '../snapshots/snapshots.ts';
import { statusOf, tolerate } from './engine.ts';

/** Makes the container by the engine's API from the declaration's template, with data of ours in it: no tool is started. */
export async function createFrom(
  docker: () => Promise<Docker>,
  resource: Resource,
  declaration: Declaration,
  prepared: Prepared,
  context: Context,
): Promise<Result<void>> {
  const declared = await declaration.template(context);
  if (!declared.ok) return declared;
  const own = resource.variant === undefined ? declared.value : asVariant(declared.value, resource, context);
  const template = withData(tuned(own, resource), prepared.paths, prepared.mounts);
  const [first, ...others] = Object.entries(template.NetworkingConfig?.EndpointsConfig ?? {});
  const client = await docker();
  try {
    const container = await client.createContainer({
      ...template,
      Labels: {
        ...template.Labels,
        ...labelsFor(resource, context),
        ...(prepared.key === undefined ? {} : { [LABEL.snapshot]: prepared.key }),
      },
      // Engines before API 1.44 take only one network here.
      NetworkingConfig: { EndpointsConfig: first ? Object.fromEntries([first]) : {} },
    });
    for (const [network, EndpointConfig] of others)
      await tolerate(() => client.getNetwork(network).connect({ Container: container.id, EndpointConfig }));
  } catch (error) {
    // 409: another window made it a moment ago.
    if (statusOf(error) !== 409) throw error;
  }
  return ok(undefined);
}

/** With the variables that a remedy set. */
function tuned(template: Template, { tuning }: Resource): Template {
  const set = Object.entries(tuning?.environment ?? {});
  if (set.length === 0) return template;
  const declared = (template.Env ?? []).filter((line) => !set.some(([name]) => line.startsWith(`${name}=`)));
  return { ...template, Env: [...declared, ...set.map(([name, value]) => `${name}=${value}`)] };
}

/**
 * In the same networks under a name of its own, and unknown to the tool of the declaration, which would take it for the service. A replica bears the
 * service's names as well, so that who asks the engine's resolver is led to all of them in turn.
 */
function asVariant(template: Template, resource: Resource, context: Context): Template {
  const alias = `${resource.name}--${(resource.variant ?? '').toLowerCase().replace(/[^a-z0-9-]+/g, '-')}`;
  const shared = (own: readonly string[]): readonly string[] =>
    resource.variant?.startsWith('replica:') ? own.filter((a) => a !== template.name) : [];
  const endpoints = Object.entries(template.NetworkingConfig?.EndpointsConfig ?? {}).map(([network, { Aliases }]) => [
    network,
    { Aliases: [...shared(Aliases ?? []), alias] },
  ]);
  return {
    ...template,
    name: stableName(resource, context),
    Labels: Object.fromEntries(Object.entries(template.Labels).filter(([name]) => !name.startsWith('com.docker.compose.'))),
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints) },
  };
}
