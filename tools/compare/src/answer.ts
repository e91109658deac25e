import type { ImageFacts } from './image-facts.ts';

/** What a builder answers to a Dockerfile. */
export type Answer =
  | (ImageFacts & {
      readonly code: 0;
      /** Of a second build: which steps that change files came from the cache, and which did not. */
      readonly cached?: readonly string[];
      readonly ran?: readonly string[];
    })
  | {
      /** Of the command. */
      readonly code: number;
      /** What it says last. */
      readonly error: string;
    };

/** The two builders whose answers are kept. */
export type BuilderName = 'classic' | 'buildkit';

/** The answers to a case; `both` where they are the same. */
export type Answers = Partial<Readonly<Record<BuilderName | 'both', Answer>>>;

/** A file of answers. */
export interface AnswerFile {
  /** What each builder calls itself. */
  readonly versions: Readonly<Record<BuilderName, string>>;
  readonly answers: Readonly<Record<string, Answers>>;
}
