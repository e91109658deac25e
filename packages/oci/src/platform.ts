import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';
import { optional, readObject, readString, readStrings, required } from './shape.ts';
import type { Place } from './shape.ts';

/**
 * What an image runs on, in Go's names.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#image-index-property-descriptions
 */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
  'os.version'?: string;
  'os.features'?: string[];
}

const nodeNames: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['ia32', '386'],
  ['ppc64', 'ppc64le'],
  ['mipsel', 'mipsle'],
]);

/** Go's name of an architecture from Node's (`process.arch`): `x64` is `amd64`. */
export function archName(arch: string): string {
  return nodeNames.get(arch) ?? arch;
}

/** The platform whose images this machine runs: always Linux. */
export function hostPlatform(): Platform {
  return normalizePlatform({ os: 'linux', architecture: archName(process.arch) });
}

const aliases: ReadonlyMap<string, Pick<Platform, 'architecture' | 'variant'>> = new Map([
  ['i386', { architecture: '386' }],
  ['x86_64', { architecture: 'amd64' }],
  ['x86-64', { architecture: 'amd64' }],
  ['aarch64', { architecture: 'arm64' }],
  ['armhf', { architecture: 'arm', variant: 'v7' }],
  ['armel', { architecture: 'arm', variant: 'v6' }],
]);

// What a name without a variant means, so that `arm64` and `arm64/v8` are one.
const impliedVariants: ReadonlyMap<string, string> = new Map([
  ['amd64', 'v1'],
  ['arm64', 'v8'],
]);

/**
 * The same platform under its one name, by containerd's rules: `x86_64` is `amd64`, `arm64/v8` is
 * `arm64`, `arm` is `arm/v7`.
 */
export function normalizePlatform(platform: Platform): Platform {
  const { variant: given, ...rest } = platform;
  const name = platform.architecture.toLowerCase();
  const alias = aliases.get(name);
  const architecture = alias?.architecture ?? name;
  const variant = normalizeVariant(architecture, alias?.variant ?? given ?? '');
  const result: Platform = { ...rest, os: platform.os.toLowerCase(), architecture };
  return variant === '' ? result : { ...result, variant };
}

function normalizeVariant(architecture: string, given: string): string {
  const variant = given.toLowerCase().replace(/^(?=[0-9])/, 'v');
  if (architecture === 'arm' && variant === '') return 'v7';
  return impliedVariants.get(architecture) === variant ? '' : variant;
}

const knownArchitectures: ReadonlySet<string> = new Set(
  '386 amd64 arm arm64 loong64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x'.split(' '),
);

/**
 * The platform that `os/architecture[/variant]` names; `linux/` may be left out, and `linux` alone means this
 * machine. Throws PLATFORM_INVALID.
 * https://docs.docker.com/build/building/multi-platform/
 */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  if (parts.length > 3 || !parts.every((part) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(part))) {
    throw invalid(text);
  }
  const [first = '', architecture, variant] = parts;
  if (architecture === undefined) return parseSingle(first);
  const named = { os: first, architecture };
  return normalizePlatform(variant === undefined ? named : { ...named, variant });
}

function parseSingle(text: string): Platform {
  if (text.toLowerCase() === 'linux') return hostPlatform();
  const platform = normalizePlatform({ os: 'linux', architecture: text });
  if (knownArchitectures.has(platform.architecture)) return platform;
  throw invalid(text);
}

function invalid(text: string): OciError {
  const message = `${quote(text)}: unknown operating system or architecture`;
  return new OciError('PLATFORM_INVALID', message, {
    hint: 'a platform is os/architecture[/variant], for instance linux/amd64 or linux/arm/v7',
  });
}

/** `os/architecture` or `os/architecture/variant`. */
export function formatPlatform({ os, architecture, variant = '' }: Platform): string {
  return `${os}/${architecture}${variant === '' ? '' : `/${variant}`}`;
}

/** The platform of a descriptor. */
export function readPlatform(value: unknown, place: Place): Platform {
  const fields = readObject(value, place);
  return {
    os: required(fields, 'os', place, readString),
    architecture: required(fields, 'architecture', place, readString),
    ...optional(fields, 'variant', place, readString),
    ...optional(fields, 'os.version', place, readString),
    ...optional(fields, 'os.features', place, readStrings),
  };
}
