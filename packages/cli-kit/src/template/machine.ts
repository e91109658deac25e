import { Budget } from './budget.ts';
import { nodeText } from './node-text.ts';
import type { Operand, Stage, Template } from './nodes.ts';
import type { Parameter } from './parameters.ts';
import { Complaint, failedTemplate, type TemplateErrors } from './template-error.ts';

export interface ExecuteOptions {
  /**
   * The name of the row's type in messages, `*formatter.ContainerContext`: the value is a row, whose fields are all
   * known, and an unknown one is a mistake. Without it the value is a map as it comes from JSON.
   */
  readonly type?: string;
  /** What a key is that a map does not have: `<no value>`, or a mistake as in docker's `inspect`. @default 'value' */
  readonly missingKey?: 'value' | 'error';
  /**
   * With `missingKey: 'error'`: the names of fields that hold a map whose keys are the user's (`Labels`): there a key
   * that is missing is `<no value>` all the same.
   */
  readonly maps?: readonly string[];
  readonly errors?: TemplateErrors;
}

/** A function of the template language. */
export interface TemplateFunction {
  readonly parameters: readonly Parameter[];
  /** The last parameter takes any number of arguments. */
  readonly repeats: boolean;
  /** Throws Complaint for what it cannot do with its arguments, and CliError TEMPLATE_LIMIT. */
  readonly call: (values: readonly unknown[], machine: Machine) => unknown;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

/** What an execution carries along. */
export class Machine {
  readonly budget: Budget = new Budget();
  readonly output: string[] = [];
  readonly variables: { readonly name: string; value: unknown }[];
  readonly template: Template;
  readonly root: unknown;
  readonly options: ExecuteOptions;
  readonly functions: FunctionTable;
  /** Those that `options.maps` means, once they were met. */
  readonly openMaps: WeakSet<object> = new WeakSet();
  /** What errors name. */
  private node: Operand | Stage | undefined;

  constructor(
    template: Template,
    root: unknown,
    options: ExecuteOptions,
    functions: FunctionTable,
  ) {
    this.template = template;
    this.root = root;
    this.options = options;
    this.functions = functions;
    this.variables = [{ name: '$', value: root }];
  }

  /** Throws CliError TEMPLATE_FAILED where no variable has that name. */
  variable(name: string): { value: unknown } {
    this.budget.spend(this.variables.length);
    const found = this.variables.findLast((one) => one.name === name);
    return found ?? this.fail(`undefined variable: ${name}`);
  }

  at(node: Operand | Stage): void {
    this.budget.step();
    this.node = node;
  }

  fail(message: string): never {
    throw failedTemplate(this.place(), message, this.options.errors ?? {});
  }

  /** Runs what may complain about a value, and says where that was. */
  locate<T>(call: () => T, tell: (message: string) => string = (message) => message): T {
    try {
      return call();
    } catch (error) {
      if (error instanceof Complaint) this.fail(tell(error.message));
      throw error;
    }
  }

  private place(): string {
    if (this.node === undefined) return ':1:0';
    const before = this.template.text.slice(0, this.node.at);
    const line = before.split('\n').length;
    const start = before.lastIndexOf('\n') + 1;
    // Go counts columns in bytes, from 0.
    const column = Buffer.byteLength(before.slice(start));
    return `:${line}:${column}: executing "" at <${nodeText(this.node)}>`;
  }
}
