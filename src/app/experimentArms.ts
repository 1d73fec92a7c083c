import type { Activity, Arm } from '../domain/index.ts';
import type { Experiment, Variant } from '../learn/experiment/experiment.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { besides } from '../learn/personas/restore.ts';
import { match } from '../predict/match.ts';

/** A test and the arm that a session is in. */
export interface InArm {
  readonly experiment: Experiment;
  readonly arm: Arm;
}

type Compared = Pick<Experiment, 'persona' | 'arms'>;

/** The model with which a session of these arms is predicted: each persona as its arm has it, under its present name. */
export const modelIn = <M extends PersonaModel>(model: M, arms: readonly { readonly experiment: Compared; readonly arm: Arm }[]): M =>
  arms.reduce((laid, { experiment, arm }) => withVariant(laid, experiment.persona.id, experiment.arms[arm]), model);

function withVariant<M extends PersonaModel>(model: M, persona: string, variant: Variant): M {
  const living = model.components.find((c) => c.id === persona);
  if (!living || variant.kind !== 'version' || !variant.snapshot) return model;
  const others = model.components.filter((c) => c !== living);
  return { ...model, components: besides(others, { ...variant.snapshot, id: persona, name: living.name }) };
}

/**
 * Whether a session counts for a test: whether it was the persona's in the eyes of either arm. Asked of both whatever arm it was in, the
 * answer is the same in either, and leaves nothing out that one arm alone would have.
 */
export const isOfPersona = (model: PersonaModel, { persona, arms }: Compared, session: readonly Activity[]): boolean =>
  [arms.A, arms.B].some((variant) => {
    const { personas, none } = match(withVariant(model, persona.id, variant), session);
    const own = personas.find((p) => p.id === persona.id)?.probability ?? 0;
    return own > none && personas.every((p) => p.probability <= own);
  });
