import { OciError, parseJson } from '@ctrkit/oci';

/**
 * What an answer says, where it is JSON; undefined for any other, such as the page that a web server has for each
 * address. What was answered is in no error: it is checked by who knows what it must be.
 */
export function jsonIfAny(bytes: Buffer): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}
