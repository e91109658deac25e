/** Names as rows of a list. */
export async function* nameRows(names: AsyncIterable<string>): AsyncGenerator<{ name: string }> {
  for await (const name of names) yield { name };
}
