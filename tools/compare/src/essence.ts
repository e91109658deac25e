/** What changes from one build to the next, and stands for nothing. */
const accidental: readonly (readonly [RegExp, string])[] = [
  // oxlint-disable-next-line no-control-regex -- docker colours what containers write
  [/\u001b\[\d+m/g, ''],
  [/of ref [\w-]+::[\w-]+/g, 'of ref …'],
  [/\/[^\s"']*\/cachemounts\/buildkit\d+/g, 'MOUNT'],
  [/127\.0\.0\.1:\d+/g, 'REGISTRY'],
  [/\/[^\s"']*\/buildkit-mount\d+/g, 'MOUNT'],
  [/\/[^\s"']*\/overlay2\/[0-9a-z]+\/merged/g, 'ROOT'],
  [/\/[^\s"']*\/overlay2(?=\/)/g, 'LAYERS'],
  [/\/var\/lib\/[^\s"']*docker-builder\d+/g, 'CONTEXT'],
  [/\/[^\s"']*\/docker-builder\d+/g, 'CONTEXT'],
  [/(lookup \S+) on \S+: .*$/, '$1 …'],
  [/\b[0-9a-z]{25}\b/g, 'ID'],
  [/\b[0-9a-f]{64}\b/g, 'DIGEST'],
];

/** The last line that a builder says, without its greeting and what differs each time. */
export function essenceOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line !== '') ?? '';
  const bare = last
    .replace(/^(?:error|ERROR): /, '')
    .replace(/^failed to solve: /, '')
    .replace(/^Error response from daemon: /, '');
  return accidental.reduce((text, [what, by]) => text.replace(what, by), bare);
}
