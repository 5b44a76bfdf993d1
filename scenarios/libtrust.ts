import {createHash, generateKeyPairSync, sign} from 'node:crypto';

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const END = '\n}';

/**
 * An indented JSON object with a signature in it, by a key that is made for it. What is signed is the object without `signatures`, which the
 * protected part tells by a length and an end. https://pkg.go.dev/github.com/docker/libtrust#JSONSignature.PrettySignature
 */
export const signedJson = (object: object): string => {
  const text = JSON.stringify(object, undefined, 3);
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const {kty, crv, x, y} = publicKey.export({format: 'jwk'});
  const kid = keyId(publicKey.export({format: 'der', type: 'spki'}));
  const protectedPart = base64(
    JSON.stringify({formatLength: text.length - END.length, formatTail: base64(END), time: '2016-01-01T00:00:00Z'}),
  );
  const input = Buffer.from(`${protectedPart}.${base64(text)}`);
  const signature = sign('sha256', input, {key: privateKey, dsaEncoding: 'ieee-p1363'}).toString('base64url');
  const signatures = [{header: {alg: 'ES256', jwk: {crv, kid, kty, x, y}}, signature, protected: protectedPart}];
  return `${text.slice(0, -END.length)},\n   "signatures": ${JSON.stringify(signatures)}${END}`;
};

const base64 = (text: string): string => Buffer.from(text).toString('base64url');

/** The first 240 bits of the digest of a key, in base 32 and groups of four. */
const keyId = (der: Uint8Array): string => {
  const bits = [...createHash('sha256').update(der).digest().subarray(0, 30)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => BASE_32.charAt(Number.parseInt(five, 2)));
  return (letters.join('').match(/.{4}/g) ?? []).join(':');
};
