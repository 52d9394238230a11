/**
 * Proves that bytes are exactly one datum of a schema, before avsc decodes them.
 *
 * avsc reads past the end of its input without an error and trusts every count, so that twenty
 * hostile bytes could make it allocate gigabytes. After this proof it allocates in proportion to the
 * message.
 */
import type { AvroSchema } from "./avro_schema.ts";
import { LONG_MAX, LONG_MIN } from "./bounds.ts";
import { DecodeError } from "./decode_error.ts";

/** Entries of one array or map: far above what any report may carry. */
export const ENTRIES_MAX = 1_000;
const INT_MAX = 2 ** 31 - 1;
/** Bytes of the longest variable-length long, by the Avro specification. */
const VARINT_BYTES_MAX = 10;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Walks over one value, or throws {@linkcode DecodeError}. */
type Proof = (datum: Datum) => void;

/** Makes the proof of a schema; it throws {@linkcode DecodeError} with the reason `undecodable`. */
export function datumProof(schema: AvroSchema): (bytes: Uint8Array) => void {
  const prove = proofOf(schema, new Map());
  return (bytes) => {
    const datum = new Datum(bytes);
    prove(datum);
    datum.end();
  };
}

function proofOf(schema: AvroSchema, named: Map<string, Proof>): Proof {
  if (typeof schema === "string") return PRIMITIVES[schema] ?? named.get(schema)!;
  if ("length" in schema) return unionProof(schema.map((branch) => proofOf(branch, named)));
  switch (schema.type) {
    case "record": {
      const fields = schema.fields.map((field) => proofOf(field.type, named));
      named.set(schema.name, sequenceOf(fields));
      return named.get(schema.name)!;
    }
    case "array":
      return blocksProof(proofOf(schema.items, named));
    case "map":
      return blocksProof(sequenceOf([PRIMITIVES.string!, proofOf(schema.values, named)]));
    default:
      return proofOf(schema.type, named);
  }
}

const PRIMITIVES: Readonly<Record<string, Proof>> = {
  null: () => {},
  boolean: (datum) => {
    const byte = datum.byte();
    if (byte > 1) throw datum.error(`a boolean is ${byte}`);
  },
  int: (datum) => {
    const value = datum.long();
    if (value > INT_MAX || value < -INT_MAX - 1) throw datum.error(`an int is ${value}`);
  },
  long: (datum) => {
    const value = datum.long();
    if (value > LONG_MAX || value < LONG_MIN) throw datum.error(`a long is ${value}`);
  },
  string: (datum) => datum.text(),
};

function sequenceOf(proofs: readonly Proof[]): Proof {
  return (datum) => {
    for (const prove of proofs) prove(datum);
  };
}

function unionProof(branches: readonly Proof[]): Proof {
  return (datum) => {
    const index = datum.long();
    const prove = branches[index];
    if (!prove) throw datum.error(`a union has no branch ${index}`);
    prove(datum);
  };
}

/** Blocks of entries up to an empty one; a negative count is followed by the block's size. */
function blocksProof(proveEntry: Proof): Proof {
  return (datum) => {
    let total = 0;
    for (let count = datum.long(); count !== 0; count = datum.long()) {
      const end = count < 0 ? datum.length() : undefined;
      total += Math.abs(count);
      if (total > ENTRIES_MAX) {
        throw datum.error(`it has ${total} entries, and ${ENTRIES_MAX} are allowed`);
      }
      for (let entry = Math.abs(count); entry > 0; entry--) proveEntry(datum);
      if (end !== undefined && end !== datum.position) {
        throw datum.error(`a block should end at byte ${end}`);
      }
    }
  };
}

/** Bytes and how far they are proven. */
class Datum {
  position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const byte = this.bytes[this.position++];
    if (byte === undefined) throw this.error("it ends early");
    return byte;
  }

  /** Reads a zigzag number; it is exact where it lies within LONG_MIN and LONG_MAX. */
  long(): number {
    const first = this.byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let half = (first & 0x7f) >>> 1;
    for (let shift = 6; shift < VARINT_BYTES_MAX * 7 - 1; shift += 7) {
      const byte = this.byte();
      half += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return first & 1 ? -half - 1 : half;
    }
    throw this.error("a number has more than 10 bytes");
  }

  /** Reads a length in bytes; returns the position where what it measures ends. */
  length(): number {
    const length = this.long();
    if (length < 0 || length > this.bytes.length - this.position) {
      throw this.error(`a length is ${length}`);
    }
    return this.position + length;
  }

  text(): void {
    const end = this.length();
    let index = this.position;
    while (index < end && this.bytes[index]! < 0x80) index++;
    // Most texts are ASCII, and need no decoder.
    try {
      if (index < end) UTF8.decode(this.bytes.subarray(index, end));
    } catch (cause) {
      throw this.error("a text is not UTF-8", { cause });
    }
    this.position = end;
  }

  end(): void {
    const rest = this.bytes.length - this.position;
    if (rest > 0) throw this.error(`trailing bytes: ${rest}`);
  }

  error(problem: string, options?: ErrorOptions): DecodeError {
    const where = `before byte ${this.position} of ${this.bytes.length}`;
    return new DecodeError("undecodable", `not a sitemon message: ${problem} (${where})`, options);
  }
}
