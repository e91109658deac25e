import type { Engine } from '@ctrkit/engine';
import type { Digest } from '@ctrkit/oci';
import type { MissReason, Step } from '../build-event.ts';
import { readBuildRecord, writeBuildRecord } from './build-record.ts';
import { explainMiss } from './explain-miss.ts';
import type { RecordedStep, RecordedSteps } from './recorded-step.ts';

const placeOf = ({ stage, numberInStage, text }: Step): string =>
  text.startsWith('ONBUILD ') && numberInStage === 1 ? `${stage}:${text}` : `${stage}:${numberInStage}`; // prettier-ignore

/** Compares the steps of a build with those of the last one, and remembers them for the next. */
export class Recorder {
  readonly #engine: Engine;
  readonly #origin: string;
  readonly #now = new Map<string, RecordedStep>();
  #before: RecordedSteps | undefined;
  /** By stage: the last step that was made anew, and the base where it is another. */
  readonly #missed = new Map<string, number>();
  readonly #bases = new Map<string, { before: Digest | undefined; now: Digest }>();

  constructor(engine: Engine, origin: string) {
    this.#engine = engine;
    this.#origin = origin;
  }

  get #last(): RecordedSteps {
    this.#before ??= readBuildRecord(this.#engine, this.#origin);
    return this.#before;
  }

  /** The base of a stage. */
  base(step: Step, key: Digest): void {
    this.#now.set(placeOf(step), { text: step.text, parent: undefined, key, inputs: [] });
    const before = this.#last.get(placeOf(step))?.key;
    if (before !== undefined && before !== key) this.#bases.set(step.stage, { before, now: key });
  }

  /** A step that was in the cache; what is not known of it now is as it was. */
  hit(step: Step, recorded: RecordedStep): void {
    const before = this.#last.get(placeOf(step));
    const inputs = recorded.inputs ?? (before?.text === recorded.text ? before.inputs : undefined);
    this.#now.set(placeOf(step), { ...recorded, inputs });
  }

  /** A step that was not, and why. */
  miss(step: Step, recorded: RecordedStep): MissReason {
    const place = placeOf(step);
    const below = { base: this.#bases.get(step.stage), missed: this.#missed.get(step.stage) };
    const reason = explainMiss(this.#last.get(place), recorded, below);
    this.#now.set(place, recorded);
    this.#missed.set(step.stage, step.number);
    return reason;
  }

  /** Remembers all of that; what was not built this time stays as it was. */
  async save(): Promise<void> {
    const isSame = [...this.#now].every(([place, { key }]) => this.#last.get(place)?.key === key);
    if (isSame) return;
    const all = new Map([...this.#last, ...this.#now]);
    await writeBuildRecord(this.#engine, this.#origin, all);
  }
}
