import { readEntries } from '../entries.ts';
import { linkTo, pageOf } from './page.ts';
import type { Exchange } from './registry.ts';
import { entriesOf, repositoryOf } from './repositories.ts';
import { answerJson } from './respond.ts';

/** `GET /v2/_catalog`: the repositories. */
export async function getCatalog(exchange: Exchange): Promise<void> {
  const entries = await readEntries(exchange.registry.layout);
  const names = entries.flatMap(({ reference }) =>
    reference === undefined ? [] : [repositoryOf(reference)],
  );
  const page = pageOf(names, exchange.query);
  const headers = linkTo(page, '/v2/_catalog', exchange.query);
  answerJson(exchange, { repositories: page.items }, headers);
}

/** `GET /v2/<name>/tags/list`. */
export async function getTags(exchange: Exchange, repository: string): Promise<void> {
  const entries = await entriesOf(exchange.registry.layout, repository);
  const tags = entries.flatMap(({ reference }) => reference?.tag ?? []);
  const page = pageOf(tags, exchange.query);
  const headers = linkTo(page, `/v2/${repository}/tags/list`, exchange.query);
  answerJson(exchange, { name: repository, tags: page.items }, headers);
}
