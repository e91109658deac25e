#!/usr/bin/env node
// Bundles src/bin.ts of the package in the working directory into dist/bundle: what all its commands need at once into one
// program, of which compiled code is kept beside it, and a few chunks.
import { readFile, rm } from 'node:fs/promises';
import { bundleProgram } from './bundle-program.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
await rm('dist/bundle', { recursive: true, force: true });
await bundleProgram(version);
