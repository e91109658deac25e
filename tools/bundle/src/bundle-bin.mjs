#!/usr/bin/env node
// Bundles src/bin.ts of the package in the working directory into dist/bundle: what the commands that are named need at once, or all
// of them, into one program, the rest into chunks. What a command compiles of these is kept beside them.
import { readFile, rm } from 'node:fs/promises';
import { bundleProgram } from './bundle-program.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
await rm('dist/bundle', { recursive: true, force: true });
await bundleProgram(version, process.argv.slice(2));
