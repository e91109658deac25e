import type { Answer } from '@ctrkit/tool-compare';

// Ours are the same on every machine: what a build makes up itself has the time 0, not the clock's.
const withoutClock = (line: string): string => line.replace(' @1970-01-01T00:00:00Z', '');

// The words behind the keyword each builder shows in its own way, stages that are built at the same time in any order.
const keywords = (word: string, steps: readonly string[] = []): string[] =>
  steps.length === 0 ? [] : [`${word} ${steps.map((step) => step.split(' ')[0] ?? '').toSorted().join(' ')}`]; // prettier-ignore

/** What of an answer is compared, a line each. Of a refusal only that it is one: the words are each builder's own. */
export function comparable(answer: Answer): string[] {
  if (!('config' in answer)) return ['refused'];
  const { author, config, layers, tree, cached, ran } = answer;
  return [
    `layers ${layers}`,
    ...(author === undefined ? [] : [`author ${author}`]),
    ...Object.entries(config).map(([name, value]) => `${name} ${JSON.stringify(value)}`),
    ...tree.map(withoutClock),
    ...keywords('cached', cached),
    ...keywords('ran', ran),
  ];
}

/** How an answer differs from another: `+` before what only it says, `-` before what only the other says. */
export function difference(answer: Answer, other: Answer): string[] {
  const [ours, theirs] = [comparable(answer), comparable(other)];
  if (ours[0] === 'refused' || theirs[0] === 'refused') {
    if (ours[0] === theirs[0]) return [];
    return [ours[0] === 'refused' ? '+ refused' : '- refused'];
  }
  return [
    ...ours.filter((line) => !theirs.includes(line)).map((line) => `+ ${line}`),
    ...theirs.filter((line) => !ours.includes(line)).map((line) => `- ${line}`),
  ];
}
