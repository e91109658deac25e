import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A certificate and its key, as files and as text. */
export interface Issued {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of one test. */
export interface Authority extends AsyncDisposable {
  /** Its own certificate: what has to be trusted. */
  readonly certFile: string;
  readonly cert: string;
  /** A certificate for hosts, by name or IPv4 address; also good for a client. */
  issue(...hosts: [string, ...string[]]): Promise<Issued>;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function openssl(...parameters: string[]): Promise<void> {
  const { code, stderr } = await run(['openssl', ...parameters]);
  if (code !== 0) throw new Error(`openssl ${parameters[0]}: ${stderr}`);
}

const san = (host: string): string => `${/^[\d.]+$/.test(host) ? 'IP' : 'DNS'}:${host}`;

/** Makes an authority that nobody knows yet. Needs `command:openssl`. */
export async function makeAuthority(): Promise<Authority> {
  const directory = await temporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  const [certFile, keyFile] = [at('ca.crt'), at('ca.key')];
  const subject = ['-subj', '/CN=ctrkit test authority', '-days', '2'];
  await openssl('req', '-x509', ...newKey, ...subject, '-keyout', keyFile, '-out', certFile);
  let count = 0;
  return {
    certFile,
    cert: await readFile(certFile, 'utf8'),
    issue: async (...hosts) => {
      const name = `issued-${(count += 1)}`;
      const files = { certFile: at(`${name}.cert`), keyFile: at(`${name}.key`) };
      const extensions = at(`${name}.ext`);
      await writeFile(extensions, `subjectAltName=${hosts.map(san).join(',')}\n`);
      const request = ['-subj', `/CN=${hosts[0]}`, '-keyout', files.keyFile];
      await openssl('req', '-new', ...newKey, ...request, '-out', at(`${name}.csr`));
      const by = ['-CA', certFile, '-CAkey', keyFile, '-CAcreateserial', '-days', '2'];
      const from = ['-in', at(`${name}.csr`), '-extfile', extensions];
      await openssl('x509', '-req', ...by, ...from, '-out', files.certFile);
      return {
        ...files,
        cert: await readFile(files.certFile, 'utf8'),
        key: await readFile(files.keyFile, 'utf8'),
      };
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
