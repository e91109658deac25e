// Makes a half-written file and a half-made directory under temporary names, and stays.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryName } from '@ctrkit/durable';

const [directory = ''] = process.argv.slice(2);
writeFileSync(temporaryName(join(directory, 'file')), 'half');
const layer = temporaryName(join(directory, 'layer'));
mkdirSync(join(layer, 'fs'), { recursive: true });
writeFileSync(join(layer, 'fs', 'x'), 'half');
process.stdout.write('left\n');
process.stdin.resume();
