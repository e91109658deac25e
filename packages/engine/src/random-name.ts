import { randomHex } from '@ctrkit/durable';

const words = (text: string): string[] => text.trim().split(/\s+/);

const adjectives = words(`
  agile amber bold brave bright brisk calm clear clever cosmic curious daring deft eager earnest fair
  fearless gentle glad golden handy happy honest humble jolly keen kind lively lucid lucky mellow
  merry mighty modest neat nimble noble patient placid polite proud quick quiet rapid ready serene
  sharp silent smart snappy sober solid spry steady stellar subtle sunny swift tidy upbeat vivid warm
  wise witty zesty
`);

// People whose work is beneath every container: kernels, networks, languages, proofs.
const surnames = words(`
  allen backus bartik bell berners boole borg cerf church clarke corbato dahl daley dennis diffie
  dijkstra engelbart estrin floyd gosling gray hamilton hamming hejlsberg hellman hoare hopper kahn
  kay kernighan kildall knuth lamport leroy liskov lovelace mccarthy mcilroy merkle metcalfe milner
  minsky naur neumann noether nygaard ousterhout perlman perlis pike postel ritchie rivest saltzer
  shamir shannon stallman stroustrup sutherland tarjan thompson torvalds turing wall wilkes wing wirth
  zuse
`);

// Of six bytes, no remainder is noticeably likelier than another.
const randomBelow = (limit: number): number => Number.parseInt(randomHex(6), 16) % limit;

const one = (words: readonly string[]): string => words[randomBelow(words.length)] ?? '';

/** A name as docker makes them: adjective_surname. Later attempts get a digit, for crowded machines. */
export function randomName(attempt = 0): string {
  return `${one(adjectives)}_${one(surnames)}${attempt < 3 ? '' : randomBelow(10 ** (attempt - 2))}`;
}
