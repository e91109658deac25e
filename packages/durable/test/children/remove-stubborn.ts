// Makes a tree of directories that deny writing to their owner, and removes it.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '@ctrkit/durable';

const [tree = ''] = process.argv.slice(2);
const deep = join(tree, 'a', 'b');
mkdirSync(deep, { recursive: true });
writeFileSync(join(deep, 'file'), 'x');
for (const directory of [deep, join(tree, 'a'), tree]) chmodSync(directory, 0o555);
await removeTree(tree);
process.exitCode = existsSync(tree) ? 1 : 0;
