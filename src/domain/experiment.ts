/** The two sides of a test: A is how it was, B is what is tried. */
export const ARMS = ['A', 'B'] as const;
export type Arm = (typeof ARMS)[number];

/** That something happened in a session of a test, and in which of its arms. */
export interface InTest {
  readonly test: string;
  readonly session: string;
  readonly arm: Arm;
}
