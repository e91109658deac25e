import { isSpace } from './white-space.ts';

/** Collects words from pieces of text. */
export class WordList {
  readonly words: string[] = [];
  #word = '';

  /** Text that ends a word where it is white space. */
  add(text: string): void {
    for (const char of text) {
      if (isSpace(char)) this.end();
      else this.#word += char;
    }
  }

  addWhole(text: string): void {
    this.#word += text;
  }

  end(): void {
    if (this.#word !== '') this.words.push(this.#word);
    this.#word = '';
  }
}
