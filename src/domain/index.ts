export * from './activity.ts';
export * from './decision.ts';
export * from './fault.ts';
export * from './persona.ts';
export * from './quantity.ts';
export * from './resource.ts';
