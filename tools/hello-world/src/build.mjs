// Builds hello and, of it, the image in layout/, in the folder that is given; in dist/ by default.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from './compile.mjs';
import { makeLayout } from './make-layout.mjs';

const folder = process.argv[2] ?? 'dist';
await mkdir(folder, { recursive: true });
compile('src/hello.c', join(folder, 'hello'));
await makeLayout(join(folder, 'hello'), join(folder, 'layout'));
