import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { ByteStream } from "../../../src/scanner/connection/byte_stream.ts";
import {
  Dialogue,
  type DialogueOptions,
  SEARCHED_MAX,
} from "../../../src/scanner/socket/dialogue.ts";
import { aContext } from "../sites.ts";

const OPTIONS = { encoding: "utf8", bytesMax: 65_536, reason: "body" } as const;

/** A stream that brings the pieces one by one, and keeps what is written. */
function streamOf(pieces: Iterable<string>) {
  const bytes = Iterator.from(pieces).map((piece) => new TextEncoder().encode(piece));
  const written: string[] = [];
  const stream: ByteStream = {
    read(buffer) {
      const { value, done } = bytes.next();
      if (done) return Promise.resolve(null);
      buffer.set(value);
      return Promise.resolve(value.length);
    },
    write: (bytes) => Promise.resolve(void written.push(new TextDecoder().decode(bytes))),
    close() {},
  };
  return { stream, written };
}

function* forever(piece: string) {
  while (true) yield piece;
}

function dialogue(options: Pick<DialogueOptions, "steps">) {
  return new Dialogue({ ...OPTIONS, ...options }, aContext([]));
}

Deno.test("speak() searches in all that came since the last send, however it is cut", async () => {
  const steps = [{ expect: "one" }, { expect: "two" }, { send: "go", expect: "^three" }];
  for (const pieces of [["one two", "three"], [..."one two", "th", "ree"]]) {
    const { stream, written } = streamOf(pieces);
    await dialogue({ steps }).speak(stream);
    deepStrictEqual(written, ["go"]);
  }
});

Deno.test("speak() takes a character that is cut in two as one", async () => {
  const halves = [0, 1].map((at) => new TextEncoder().encode("é").subarray(at, at + 1));
  const stream: ByteStream = {
    ...streamOf([]).stream,
    read(buffer) {
      const half = halves.shift()!;
      buffer.set(half);
      return Promise.resolve(half.length);
    },
  };
  await dialogue({ steps: [{ expect: "^é$" }] }).speak(stream);
});

Deno.test("speak() stops searching, when an answer comes byte by byte", async () => {
  const { patternOf, ...context } = aContext([]);
  let searchedLength = 0;
  const counting: typeof patternOf = (source) => ({
    test(text) {
      searchedLength += text.length;
      return patternOf(source).test(text);
    },
  });
  const options = { ...OPTIONS, steps: [{ expect: "^220 " }] };
  const slow = new Dialogue(options, { ...context, patternOf: counting });
  await rejects(slow.speak(streamOf(forever("x")).stream), {
    reason: "body_too_large",
    message: /^match of "\^220 " was not found in 20\d\d characters, and more are not searched$/,
  });
  ok(searchedLength <= SEARCHED_MAX && searchedLength > 0.99 * SEARCHED_MAX);
});

Deno.test("speak() reads max_body_bytes at most, over all steps", async () => {
  const found = { send: "a", expect: "x" };
  const steps = [found, found, { send: "b", expect: "z" }];
  const bounded = dialogue({ steps });
  await rejects(bounded.speak(streamOf(forever("x".repeat(9_000))).stream), {
    reason: "body_too_large",
    message: 'first 65536 bytes do not match "z"; raise max_body_bytes to read more',
  });
  strictEqual(bounded.answers.bytes.length, OPTIONS.bytesMax);
});
