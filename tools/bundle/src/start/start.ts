#!/usr/bin/env node
import { join } from 'node:path';
import { chunkRequire } from './chunks.ts';
import { commandWord, isCommand } from './command-word.ts';
import { KeptScripts } from './kept-scripts.ts';
import { lazily } from './lazy-modules.ts';

const file = join(__dirname, 'program.js');
const word = commandWord(process.argv);
const scripts = new KeptScripts(file, word);
const requireChunk = chunkRequire(__dirname, {
  program: __filename,
  exports,
  load: (chunk) => scripts.load(chunk),
  require,
});

process.on('exit', (code) => {
  if (code === 0 && isCommand(exports, word)) scripts.keep();
});

// Our own exports and module: the chunks find the program by the name of this file.
scripts.load(file)(exports, lazily(requireChunk), module, file, __dirname);
