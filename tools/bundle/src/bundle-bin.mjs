#!/usr/bin/env node
// Bundles src/bin.ts of the package in the working directory into dist/bundle/bin.cjs and a few chunks; with --whole, what
// all its commands need at once into one program, of which compiled code is kept beside it.
import { readFile, rm } from 'node:fs/promises';
import { bundleChunks } from './bundle-chunks.mjs';
import { bundleWhole } from './bundle-whole.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
await rm('dist/bundle', { recursive: true, force: true });
await (process.argv.includes('--whole') ? bundleWhole(version) : bundleChunks(version));
