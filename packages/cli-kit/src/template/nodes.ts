/** Where a node begins, in UTF-16 units of the template's text. */
interface Positioned {
  readonly at: number;
}

export interface Literal extends Positioned {
  readonly kind: 'literal';
  /** As written, which is how an error names it. */
  readonly text: string;
  readonly value: unknown;
}

/** `.A.B`; no names for `.` itself. */
export interface Field extends Positioned {
  readonly kind: 'field';
  readonly names: readonly string[];
}

/** `$x.A.B`; `$` is what the template is executed on. */
export interface Variable extends Positioned {
  readonly kind: 'variable';
  readonly name: string;
  readonly names: readonly string[];
}

/** `(…).A.B` */
export interface Chain extends Positioned {
  readonly kind: 'chain';
  readonly base: Operand;
  readonly names: readonly string[];
}

/** The name of a function. */
export interface Identifier extends Positioned {
  readonly kind: 'identifier';
  readonly name: string;
}

export type Operand = Literal | Field | Variable | Chain | Identifier | Pipeline;

/** One stage of a pipeline: what is called or read, and what it is given. */
export interface Stage extends Positioned {
  readonly kind: 'stage';
  readonly words: readonly [Operand, ...Operand[]];
}

/** `$x := a | b` */
export interface Pipeline extends Positioned {
  readonly kind: 'pipeline';
  readonly variables: readonly string[];
  /** `=` instead of `:=`. */
  readonly assigns: boolean;
  readonly stages: readonly Stage[];
}

export interface Text extends Positioned {
  readonly kind: 'text';
  readonly text: string;
}

export interface Action extends Positioned {
  readonly kind: 'action';
  readonly pipeline: Pipeline;
}

export interface Branch extends Positioned {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipeline: Pipeline;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface Jump extends Positioned {
  readonly kind: 'break' | 'continue';
}

export type Statement = Text | Action | Branch | Jump;

/** A parsed template; made by `parseTemplate`. */
export interface Template {
  readonly text: string;
  readonly statements: readonly Statement[];
}
