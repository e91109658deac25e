#!/usr/bin/env node
// compare-trees A B: what differs between two trees, in names, kinds, modes, owners, times, links, attributes and contents.
import { listTree } from './list-tree.ts';

const [first, second, ...rest] = process.argv.slice(2);
if (first === undefined || second === undefined || rest.length > 0) {
  process.stderr.write('usage: compare-trees DIRECTORY DIRECTORY\n');
  process.exit(2);
}
const [ours, theirs] = [await listTree(first), await listTree(second)];
const [here, there] = [new Set(ours), new Set(theirs)];
const differences = [
  ...ours.filter((line) => !there.has(line)).map((line) => `- ${line}`),
  ...theirs.filter((line) => !here.has(line)).map((line) => `+ ${line}`),
];
process.stdout.write(differences.map((line) => `${line}\n`).join(''));
process.exit(differences.length === 0 ? 0 : 1);
