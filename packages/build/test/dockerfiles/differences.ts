/** Where ours answers otherwise than BuildKit. */
export interface Difference {
  /** As the classic builder did; or what differs, as `difference` tells it. */
  readonly ours: 'as the classic builder' | readonly string[];
  readonly why: string;
}

const asClassic = (why: string, ...names: readonly string[]): [string, Difference][] =>
  names.map((name) => [name, { ours: 'as the classic builder', why }]);

const otherwise = (why: string, name: string, ...ours: readonly string[]): [string, Difference] => [
  name,
  { ours, why },
];

/** Reasons, for those that more than one Dockerfile has. */
const scratch = 'An image from scratch says nothing of a working directory; none is `/` too.';

/** By table and case: everything in which ours is not as BuildKit. */
export const differences: ReadonlyMap<string, Difference> = new Map([
  ...asClassic(scratch, 'from: scratch with a file', 'from: scratch with settings only'),
  otherwise(scratch, 'from: scratch alone', '- WorkingDir "/"'),
]);
