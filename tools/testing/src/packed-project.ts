import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.ts';
import type { RunResult } from './run.ts';

/** A project of somebody else's that has a package of ours as npm would install it, and nothing of the checkout. */
export interface PackedProject {
  readonly directory: string;
  /** Compiles a program against the packages' types, strictly, and runs it. */
  readonly runTypeScript: (source: string, options?: ProgramOptions) => Promise<RunResult>;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly input?: Uint8Array;
}

interface PackageJson {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const INSTALL_MS = 150_000;

/**
 * Packs a built package and those of ours that it needs with `npm pack`, and installs the archives into an empty project;
 * what others publish comes from npm's cache or its registry.
 */
export async function packedProject(directory: string, name: string): Promise<PackedProject> {
  const project = join(directory, 'project');
  await mkdir(project);
  const folders = foldersOf(name);
  const packing = folders.flatMap((folder) => ['--workspace', `packages/${folder}`]);
  const pack = ['npm', 'pack', ...packing, '--pack-destination', directory, '--json'] as const;
  const packed = JSON.parse(await succeeds([...pack, '--ignore-scripts'], checkout)) as Packed[];
  const ours = packed.map(({ name, filename }) => [name, `file:${join('..', filename)}`] as const);
  await writeJson(join(project, 'package.json'), {
    name: 'a-project',
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(ours),
    devDependencies: { '@types/node': nodeTypes() },
  });
  await writeJson(join(project, 'tsconfig.json'), { compilerOptions, files: ['main.ts'] });
  const install = ['npm', 'install', '--prefer-offline', '--ignore-scripts'] as const;
  await succeeds([...install, '--no-audit', '--no-fund', '--no-update-notifier'], project);
  return {
    directory: project,
    runTypeScript: (source, options) => runIn(project, source, options),
  };
}

/** The first TypeScript in a package's README: what a newcomer copies. */
export async function firstExample(name: string): Promise<string> {
  const readme = await readFile(join(checkout, 'packages', name, 'README.md'), 'utf8');
  const source = /^```ts\n([^]*?)^```$/m.exec(readme)?.[1];
  if (source === undefined) throw new Error(`packages/${name}/README.md: has no TypeScript`);
  return source;
}

interface Packed {
  readonly name: string;
  readonly filename: string;
}

// As strict as a stranger may be; the types of the packages are checked as well.
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  types: ['node'],
};

async function runIn(
  project: string,
  source: string,
  { args = [], input }: ProgramOptions = {},
): Promise<RunResult> {
  await writeFile(join(project, 'main.ts'), source);
  await succeeds([process.execPath, join(checkout, 'node_modules/.bin/tsc')], project);
  const options = { cwd: project, env: cleanEnvironment(), ...(input !== undefined && { input }) };
  return await run([process.execPath, 'main.js', ...args], options);
}

function foldersOf(name: string, found: Set<string> = new Set()): string[] {
  found.add(name);
  for (const dependency of Object.keys(packageAt(`packages/${name}`).dependencies ?? {})) {
    const [scope, folder = ''] = dependency.split('/');
    if (scope === '@ctrkit' && !found.has(folder)) foldersOf(folder, found);
  }
  return [...found];
}

function nodeTypes(): string {
  const version = packageAt('.').devDependencies?.['@types/node'];
  if (version === undefined) throw new Error('package.json: has no @types/node');
  return version;
}

function packageAt(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(checkout, folder, 'package.json'), 'utf8')) as PackageJson;
}

async function writeJson(path: string, value: object): Promise<void> {
  await writeFile(path, JSON.stringify(value));
}

async function succeeds(command: readonly [string, ...string[]], cwd: string): Promise<string> {
  const result = await run(command, { cwd, env: cleanEnvironment(), timeout: INSTALL_MS });
  if (result.code === 0) return result.stdout;
  throw new Error(`${command.join(' ')}: ${result.stdout}${result.stderr}`);
}

// What `npm test` tells its children about this checkout would lead npm back to it.
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(?:npm_|NODE_OPTIONS$)/i.test(name)));
}
