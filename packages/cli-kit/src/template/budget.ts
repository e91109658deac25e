import { templateLimit } from './template-error.ts';

/** Units for one execution; a second at most. */
const ALL = 8 * 1024 * 1024;
/** What a step of the evaluation costs; a character that is made or looked at costs one. */
const STEP = 16;
const DEEPEST = 1000;

/** What one execution may still do: a template can neither run for long nor grow without end. */
export class Budget {
  private left = ALL;

  /** Throws CliError TEMPLATE_LIMIT when nothing is left. */
  spend(units: number): void {
    this.left -= units;
    if (!(this.left >= 0)) throw templateLimit('does more work than is allowed for one value');
  }

  step(): void {
    this.spend(STEP);
  }

  /** Pays for looking through a value once, without what is in its elements. Throws CliError TEMPLATE_LIMIT. */
  look(value: unknown): void {
    if (typeof value === 'string') this.spend(value.length);
    else if (Array.isArray(value)) this.spend(value.length / 4);
    else if (typeof value === 'object' && value !== null)
      this.spend(Object.keys(value).length * STEP);
  }

  /** Pays for all that is in a value, before it is printed. Throws CliError TEMPLATE_LIMIT, also where it is deep. */
  spendOn(value: unknown, depth = 0): void {
    if (depth > DEEPEST) throw templateLimit(`meets data of more than ${DEEPEST} levels`);
    this.step();
    if (typeof value === 'string') this.spend(value.length);
    else if (Array.isArray(value)) for (const one of value) this.spendOn(one, depth + 1);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        this.spend(key.length);
        this.spendOn(one, depth + 1);
      }
    }
  }
}
