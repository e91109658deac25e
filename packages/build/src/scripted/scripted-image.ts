import type { Engine } from '@ctrkit/engine';
import type { BuildResult } from '../build-result.ts';
import { commitScripted } from './commit-scripted.ts';
import type { CommitScriptedOptions } from './commit-options.ts';
import type { Script, ScriptedBase, ScriptedStep } from './script.ts';
import { addInstruction, configInstructions, copyInstruction, envInstruction, labelInstruction, runInstruction, valueInstruction } from './instructions.ts'; // prettier-ignore
import type {
  AddOptions,
  ConfigChanges,
  CopyOptions,
  Drafted,
  RunOptions,
} from './instructions.ts';

/**
 * An image in the making, as a program says it. Each method answers a new one and leaves this as it is, so that several images
 * may go on from one. Nothing is done before `commit`. Steps are those of a Dockerfile and share its cache; words are taken as they
 * are: what a shell would substitute is the program's to put in.
 */
export class ScriptedImage implements Script {
  readonly base: ScriptedBase;
  readonly steps: readonly ScriptedStep[];

  constructor(base: ScriptedBase, steps: readonly ScriptedStep[] = []) {
    this.base = base;
    this.steps = steps;
  }

  #with(instructions: readonly Drafted[], from?: ScriptedImage): ScriptedImage {
    const added = instructions.map((instruction) => ({ instruction, from }));
    return new ScriptedImage(this.base, [...this.steps, ...added]);
  }

  /** Runs a line in the image's shell, or, as a list, a program with its arguments. */
  run(command: string | readonly string[], options: RunOptions = {}): ScriptedImage {
    return this.#with([runInstruction(command, options)]);
  }

  /** Copies files of the context, or of `from`, which may be another scripted image. */
  copy(
    sources: string | readonly string[],
    destination: string,
    {
      from,
      ...options
    }: Omit<CopyOptions, 'from'> & { readonly from?: string | ScriptedImage } = {},
  ): ScriptedImage {
    const name = typeof from === 'string' ? from : undefined;
    const other = from instanceof ScriptedImage ? from : undefined;
    return this.#with([copyInstruction(sources, destination, { ...options, from: name })], other);
  }

  /** As `copy`; archives of the context are unpacked. */
  add(
    sources: string | readonly string[],
    destination: string,
    options: AddOptions = {},
  ): ScriptedImage {
    return this.#with([addInstruction(sources, destination, options)]);
  }

  env(variables: Readonly<Record<string, string>>): ScriptedImage {
    return this.#with([envInstruction(variables)]);
  }

  label(labels: Readonly<Record<string, string>>): ScriptedImage {
    return this.#with([labelInstruction(labels)]);
  }

  /** The directory of what follows, made where there is none. */
  workdir(path: string): ScriptedImage {
    return this.#with([valueInstruction('WORKDIR', path)]);
  }

  /** `user[:group]`, names or ids. */
  user(user: string): ScriptedImage {
    return this.#with([valueInstruction('USER', user)]);
  }

  /** How containers of the image run. */
  config(changes: ConfigChanges): ScriptedImage {
    return this.#with(configInstructions(changes));
  }

  /** Builds it, or takes it from the cache. Throws what `buildImage` throws. */
  async commit(engine: Engine, options: CommitScriptedOptions = {}): Promise<BuildResult> {
    return await commitScripted(engine, this, options);
  }
}

/** Begins an image: of another one by its name or as a script, or of `scratch`. */
export function from(
  image: string | ScriptedImage,
  { platform }: { readonly platform?: string } = {},
): ScriptedImage {
  return new ScriptedImage({ image, platform });
}
