/**
 * What a server would speak that refuses TLS as sitemon speaks it: a ClientHello with what clients had
 * before, and the first message of the server's answer. Nothing is verified, and nothing else is sent.
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import net from "node:net";
import type { TlsProblem } from "../../runtime/tls/tls_problem.ts";
import type { ByteStream } from "./byte_stream.ts";

/** The version of TLS and the cipher suite that a server chose. */
export interface ServerHello {
  /** 0x0303 for TLS 1.2. */
  readonly version: number;
  readonly suite: number;
}

const TLS_1_2 = 0x0303;
/** Up to the suite, however long the session's id is. @see https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.3 */
const HELLO_BYTES_MAX = 5 + 4 + 2 + 32 + 1 + 32 + 2;
const HANDSHAKE = 22;
const SERVER_HELLO = 2;

/** Cipher suites of TLS 1.2 and before, by what they have that sitemon has not; ours come first. */
const SUITES: readonly [what: string | undefined, ...suites: number[]][] = [
  [undefined, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9],
  ["CBC cipher suites", 0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc024, 0xc027, 0xc028],
  ["finite-field Diffie-Hellman", 0x009e, 0x009f, 0x0033, 0x0039, 0x0067, 0x006b],
  ["RSA key exchange", 0x009c, 0x009d, 0x002f, 0x0035, 0x003c, 0x003d, 0x000a],
];

/** Asks over a new connection; `undefined` when the server does not answer with a hello. */
export async function readServerHello(
  stream: ByteStream,
  serverName: string,
): Promise<ServerHello | undefined> {
  await stream.write(clientHello(serverName));
  const answer = Buffer.alloc(HELLO_BYTES_MAX);
  let length = 0;
  while (length < HELLO_BYTES_MAX) {
    const count = await stream.read(answer.subarray(length));
    if (count === null) break;
    length += count;
    if (answer[0] !== HANDSHAKE) return undefined;
  }
  const idLength = answer[43]!;
  const suiteAt = 44 + idLength;
  if (answer[5] !== SERVER_HELLO || idLength > 32 || length < suiteAt + 2) return undefined;
  return { version: answer.readUInt16BE(9), suite: answer.readUInt16BE(suiteAt) };
}

/** Why sitemon cannot speak with a server that chose so. */
export function helloProblem({ version, suite }: ServerHello): TlsProblem {
  if (version < TLS_1_2) {
    const spoken = version <= 0x0300 ? "SSL 3.0" : `TLS 1.${version - 0x0301}`;
    return problem(`server speaks ${spoken} at most, sitemon TLS 1.2 and 1.3`);
  }
  const [what] = SUITES.find(([, ...suites]) => suites.includes(suite)) ?? [];
  if (what !== undefined) return problem(`server has only ${what}, which sitemon does not take`);
  return problem("server rejected the TLS handshake; it may require a client certificate");
}

function problem(detail: string): TlsProblem {
  return { kind: "other", detail };
}

/** @see https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.2 */
function clientHello(serverName: string): Uint8Array {
  const suites = SUITES.flatMap(([, ...suites]) => suites);
  const name = net.isIP(serverName) === 0
    ? [extension(0, vector(2, [0], vector(2, text(serverName))))]
    : [];
  const extensions = [
    ...name,
    // Groups x25519, P-256, P-384; points as they are; signatures of RSA and ECDSA.
    extension(10, vector(2, words([0x001d, 0x0017, 0x0018]))),
    extension(11, vector(1, [0])),
    extension(
      13,
      vector(2, words([0x0804, 0x0403, 0x0401, 0x0501, 0x0503, 0x0601, 0x0203, 0x0201])),
    ),
  ];
  const body = [
    ...[words([TLS_1_2]), randomBytes(32), vector(1, [])],
    ...[vector(2, words(suites)), vector(1, [0]), vector(2, ...extensions)],
  ];
  return Buffer.concat([Buffer.from([HANDSHAKE, 3, 1]), vector(2, [1], vector(3, ...body))]);
}

function extension(type: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([words([type]), vector(2, content)]);
}

/** Contents behind their length of so many bytes. */
function vector(lengthBytes: number, ...contents: (Uint8Array | number[])[]): Uint8Array {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(content.length, 0, lengthBytes);
  return Buffer.concat([length, content]);
}

function words(numbers: readonly number[]): Uint8Array {
  return Buffer.from(numbers.flatMap((number) => [number >> 8, number & 0xff]));
}

function text(ascii: string): Uint8Array {
  return Buffer.from(ascii, "latin1");
}
