/** A dialogue over an open connection: what is sent, and patterns that must be found in the answers. */
import { Buffer } from "node:buffer";
import { StringDecoder } from "node:string_decoder";
import type { Step } from "../../config/site.ts";
import type { Reason } from "../../report/outcome.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { CheckContext } from "../check_context.ts";
import { BodyBuffer } from "../connection/body_buffer.ts";
import type { ByteStream } from "../connection/byte_stream.ts";
import { VisitError } from "../connection/failure.ts";

/**
 * Characters that the searches of one dialogue go through. Each read is followed by a search of all
 * that came since the last send: an answer of 64 KiB in common segments takes 1.5 million, and one
 * that comes byte by byte ends after 2,000 of them, before it occupies a processor.
 */
export const SEARCHED_MAX = 2 * 1_024 * 1_024;

/** Characters of an answer that a message shows. */
const SHOWN_LENGTH_MAX = 80;

export interface DialogueOptions {
  readonly steps: readonly Step[];
  /** What ends it at once, as a refusal. */
  readonly refusal?: string;
  /** `latin1` has a character for each byte. */
  readonly encoding: "utf8" | "latin1";
  /** Bytes that are read. */
  readonly bytesMax: number;
  /** Of an answer that is not as expected. */
  readonly reason: Extract<Reason, "body" | "protocol">;
  /** Called with each piece that is read. */
  readonly onRead?: () => void;
}

/** A dialogue under way. */
export class Dialogue {
  /** All that was read. */
  readonly answers: BodyBuffer;
  readonly #options: DialogueOptions;
  readonly #context: Pick<CheckContext, "patternOf" | "readBuffers" | "redact">;
  #decoder: StringDecoder;
  /** What came since the last send. */
  #heard = "";
  #expected = "";
  #searchedLength = 0;

  constructor(
    options: DialogueOptions,
    context: Pick<CheckContext, "patternOf" | "readBuffers" | "redact">,
  ) {
    this.answers = new BodyBuffer(options.bytesMax);
    this.#options = options;
    this.#context = context;
    this.#decoder = new StringDecoder(options.encoding);
  }

  /**
   * Takes every step. Rejects with {@linkcode VisitError} when an answer is not as expected, and as
   * the stream does, which ends every wait when it is closed.
   */
  async speak(stream: ByteStream): Promise<void> {
    const { readBuffers } = this.#context;
    const buffer = readBuffers.take();
    try {
      for (const { send, expect } of this.#options.steps) {
        if (send !== undefined) await this.#send(stream, send);
        if (expect !== undefined) await this.#find(expect, stream, buffer);
      }
    } finally {
      readBuffers.giveBack(buffer);
    }
  }

  /** What a dialogue has come to that its time ended. */
  timedOut(timeoutMs: number): VisitError {
    const time = `timed out after ${timeoutMs / 1_000} s`;
    if (this.#expected === "") return new VisitError("timeout", `${time} sending`);
    if (this.#heard !== "") return this.#unexpected(`${time} with`);
    return new VisitError("timeout", `${time} waiting for a match of "${this.#expected}"`);
  }

  #send(stream: ByteStream, text: string): Promise<void> {
    const { encoding } = this.#options;
    this.#heard = "";
    this.#expected = "";
    this.#decoder = new StringDecoder(encoding);
    return stream.write(Buffer.from(text, encoding));
  }

  async #find(source: string, stream: ByteStream, buffer: Uint8Array): Promise<void> {
    this.#expected = source;
    while (!this.#finds(source)) {
      if (this.answers.isOverfull) {
        const text = `first ${this.#options.bytesMax} bytes do not match "${source}"`;
        throw new VisitError("body_too_large", `${text}; raise max_body_bytes to read more`);
      }
      const count = await stream.read(buffer);
      if (count === null && this.answers.bytes.length === 0) {
        throw new VisitError("reset", "connection closed before any answer");
      }
      if (count === null) throw this.#unexpected("connection closed after");
      const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, count);
      this.#heard += this.#decoder.write(bytes);
      this.answers.append(bytes);
      this.#options.onRead?.();
    }
  }

  /** Even a pattern that matches nothing at all waits for an answer. */
  #finds(source: string): boolean {
    if (this.#heard === "") return false;
    this.#searchedLength += this.#heard.length;
    if (this.#searchedLength > SEARCHED_MAX) {
      const text = `match of "${source}" was not found in ${this.#heard.length} characters`;
      throw new VisitError("body_too_large", `${text}, and more are not searched`);
    }
    const { patternOf } = this.#context;
    if (patternOf(source).test(this.#heard)) return true;
    const { refusal } = this.#options;
    if (refusal !== undefined && patternOf(refusal).test(this.#heard)) {
      throw this.#unexpected("server refused with");
    }
    return false;
  }

  #unexpected(what: string): VisitError {
    const shown = escapeControls(this.#context.redact(this.#heard), SHOWN_LENGTH_MAX);
    const text = `${what} "${shown}", expected a match of "${this.#expected}"`;
    return new VisitError(this.#options.reason, text);
  }
}
