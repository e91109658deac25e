import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { inputOptions, outputOptions } from './rolldown-options.mjs';

const start = fileURLToPath(new URL('start/start.ts', import.meta.url));

/**
 * Whether a module is the program's own, with all that it imports: `bin.ts` and those of commands, all or the given ones. What
 * stands in a directory below is in the program where one of them needs it at once.
 * @param {readonly string[]} commands
 * @returns {(id: string) => boolean}
 */
const isFront = (commands) => (id) =>
  id === join(process.cwd(), 'src', 'bin.ts') ||
  (dirname(id) === join(process.cwd(), 'src', 'commands') &&
    (commands.length === 0 || commands.includes(basename(id, '.ts'))));

/**
 * A chunk of functions without a state, in place of its being required: it need not be resolved.
 * @param {string} code that requires it
 * @param {{fileName: string, code: string}} chunk
 */
function inlined(code, { fileName, code: functions }) {
  const copy = `(()=>{const exports={};${functions};return exports})()`;
  return code.replace(`require("./${fileName}")`, () => copy);
}

/**
 * The same program in ASCII, which is read without being decoded. All that is not stands in strings and expressions.
 * @param {string} code
 */
function inAscii(code) {
  if (/\\[^\0-\x7f]/.test(code)) throw new Error('a backslash before what is not ASCII');
  return code.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * What a CommonJS module is a function of, as the value of a script: V8 gives compiled code of scripts only.
 * @param {string} code of a chunk
 */
function asScript(code) {
  const body = code.replace(/^#!.*\n/, '');
  return `(function(exports,require,module,__filename,__dirname){${body}\n})`;
}

/**
 * The same of the program itself.
 * @param {string} code
 */
function asProgram(code) {
  for (const [, name] of code.matchAll(/(\w+)=require\("node:/g)) {
    // At the start it is only a stand-in, good for taking names from.
    const isWhole = new RegExp(`\\b${name}\\b(?!\\.|=require\\()`).test(code);
    if (isWhole) throw new Error(`${name}: import names of it, not the module`);
  }
  return asScript(inAscii(code));
}

async function bundleStart() {
  const bundle = await rolldown({ ...inputOptions(''), input: start });
  const { output } = await bundle.generate(outputOptions);
  await bundle.close();
  return output[0].code;
}

/**
 * One file of what the commands that are used most need at once, `program.js`, chunks of the rest, and `bin.cjs` that starts them.
 * @param {string} version of the package
 * @param {readonly string[]} commands those whose code is in the program; none: all
 */
export async function bundleProgram(version, commands) {
  const bundle = await rolldown({
    ...inputOptions(version),
    // Chunks take what they share from the program itself.
    preserveEntrySignatures: 'allow-extension',
  });
  const { output } = await bundle.generate({
    ...outputOptions,
    codeSplitting: { groups: [{ name: 'program', test: isFront(commands) }] },
  });
  await bundle.close();
  const [entry, ...chunks] = output.filter((part) => part.type === 'chunk');
  if (entry === undefined) throw new Error('src/bin.ts: has no code');
  const helpers = chunks.find(({ name }) => name === 'rolldown-runtime');
  await mkdir('dist/bundle/chunks', { recursive: true });
  for (const { fileName, code } of chunks) {
    await writeFile(join('dist/bundle', fileName), asScript(code));
  }
  const code = helpers === undefined ? entry.code : inlined(entry.code, helpers);
  await writeFile('dist/bundle/program.js', asProgram(code));
  await writeFile('dist/bundle/bin.cjs', await bundleStart());
  await chmod('dist/bundle/bin.cjs', 0o755);
}
