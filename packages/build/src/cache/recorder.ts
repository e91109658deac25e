import type { Engine } from '@ctrkit/engine';
import type { Digest } from '@ctrkit/oci';
import type { MissReason, Step } from '../build-event.ts';
import { isRecorded, readBuildRecord, writeBuildRecord } from './build-record.ts';
import { explainMiss } from './explain-miss.ts';
import type { Below } from './explain-miss.ts';
import type { Inputs } from './inputs.ts';
import type { RecordedStep, RecordedSteps } from './recorded-step.ts';

/** A step that is looked for in the cache. Its inputs are asked for only where they are to be compared or remembered. */
export interface Sought extends Pick<RecordedStep, 'parent' | 'key'> {
  /** Undefined where it was found before they were known. */
  readonly inputs: () => Inputs | undefined;
}

const placeOf = ({ stage, numberInStage, text }: Step): string =>
  numberInStage === 1 && text.startsWith('ONBUILD ') ? `${stage}:${text}` : `${stage}:${numberInStage}`; // prettier-ignore

/** Compares the steps of a build with those of the last one, and remembers them for the next. */
export class Recorder {
  readonly #engine: Engine;
  readonly #origin: string;
  readonly #now = new Map<string, RecordedStep>();
  readonly #hits = new Map<string, Sought & { readonly text: string }>();
  #before: RecordedSteps | undefined;
  /** By stage: the last step that was made anew, and the base. */
  readonly #missed = new Map<string, number>();
  readonly #bases = new Map<string, { readonly place: string; readonly key: Digest }>();

  constructor(engine: Engine, origin: string) {
    this.#engine = engine;
    this.#origin = origin;
  }

  // Who finds all in the cache need not know how it was.
  get #last(): RecordedSteps {
    this.#before ??= readBuildRecord(this.#engine, this.#origin);
    return this.#before;
  }

  /** The base of a stage. */
  base(step: Step, key: Digest): void {
    const place = placeOf(step);
    this.#now.set(place, { text: step.text, parent: undefined, key, inputs: [] });
    this.#bases.set(step.stage, { place, key });
  }

  /** A step that was in the cache. */
  hit(step: Step, sought: Sought): void {
    const { parent, key } = sought;
    this.#hits.set(placeOf(step), { ...sought, text: step.text });
    this.#now.set(placeOf(step), { text: step.text, parent, key, inputs: undefined });
  }

  /** A step that was not, and why. */
  miss(step: Step, { parent, key, inputs }: Sought): MissReason {
    const place = placeOf(step);
    const recorded = { text: step.text, parent, key, inputs: inputs() };
    const reason = explainMiss(this.#last.get(place), recorded, this.#below(step));
    this.#now.set(place, recorded);
    this.#missed.set(step.stage, step.number);
    return reason;
  }

  #below({ stage }: Step): Below {
    const { place = '', key } = this.#bases.get(stage) ?? {};
    const before = this.#last.get(place)?.key;
    const isOther = key !== undefined && before !== undefined && before !== key;
    return { base: isOther ? { before, now: key } : undefined, missed: this.#missed.get(stage) };
  }

  /** Remembers all of that; what was not built this time stays as it was. */
  async save(): Promise<void> {
    if (isRecorded(this.#engine, this.#origin, this.#now)) return;
    for (const [place, { text, parent, key, inputs }] of this.#hits) {
      const before = this.#last.get(place);
      // What is not known of it now is as it was.
      const known = before?.key === key ? before.inputs : inputs();
      this.#now.set(place, { text, parent, key, inputs: known ?? (before?.text === text ? before.inputs : undefined) }); // prettier-ignore
    }
    const all = new Map([...this.#last, ...this.#now]);
    await writeBuildRecord(this.#engine, this.#origin, { now: this.#now, all });
  }
}
