/**
 * Reads a schema that somebody else keeps, such as a registry, into the part of Avro that sitemon
 * uses. Whatever the text is, what comes of it can be read in bounded time and memory.
 */
import {
  type AvroReference,
  type AvroSchema,
  type FieldSchema,
  MICROS,
} from "../../report/avro_schema.ts";
import type { RecordSchema } from "../../report/avro_schema.ts";
import { DecodeError } from "../../report/decode_error.ts";

/** Sitemon's own have some 5,000 characters. */
export const SCHEMA_LENGTH_MAX = 256 * 1024;
/** Types within types; sitemon's own have five. */
export const SCHEMA_DEPTH_MAX = 16;

const PRIMITIVES = ["null", "boolean", "int", "long", "string"] as const;

type Primitive = typeof PRIMITIVES[number];

type Json = Readonly<Record<string, unknown>>;

/** Throws {@linkcode DecodeError} with the reason `schema` for anything but a record of that part. */
export function parseSchema(text: string): RecordSchema {
  if (text.length > SCHEMA_LENGTH_MAX) {
    throw unreadable(`it has ${text.length} characters, more than ${SCHEMA_LENGTH_MAX}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable("it is not JSON");
  }
  const schema = new SchemaParser().read(json, "", 0);
  if (typeof schema === "object" && "type" in schema && schema.type === "record") return schema;
  throw unreadable("it is not a record");
}

class SchemaParser {
  /** Records that are complete: one that holds itself would be as deep as its writer likes. */
  readonly #named = new Map<string, RecordSchema>();

  read(json: unknown, namespace: string, depth: number): AvroSchema {
    if (depth > SCHEMA_DEPTH_MAX) throw unreadable("it is nested too deeply");
    if (typeof json === "string") return this.#reference(json, namespace);
    if (Array.isArray(json)) return json.map((branch) => this.read(branch, namespace, depth + 1));
    if (typeof json !== "object" || json === null) throw unreadable("a type is missing");
    const schema = json as Json;
    switch (schema.type) {
      case "record":
        return this.#record(schema, namespace, depth);
      case "array":
        return { type: "array", items: this.#items(schema, namespace, depth) };
      case "map":
        return { type: "map", values: this.read(schema.values, namespace, depth + 1) };
      default: {
        const type = this.read(schema.type, namespace, depth + 1);
        return type === "long" && schema.logicalType === MICROS.logicalType ? MICROS : type;
      }
    }
  }

  #reference(name: string, namespace: string): AvroSchema {
    if (PRIMITIVES.includes(name as Primitive)) return name as Primitive;
    const full = fullName(name, namespace);
    if (this.#named.has(full)) return full;
    throw unreadable(`it uses "${name.slice(0, 64)}", which sitemon does not`);
  }

  /** A name may be given with its namespace, beside it, or have that of what is around it. */
  #record({ name, namespace: own, fields }: Json, outer: string, depth: number): RecordSchema {
    if (typeof name !== "string" || !Array.isArray(fields)) {
      throw unreadable("a record is incomplete");
    }
    const full = fullName(name, typeof own === "string" ? own : outer);
    const namespace = full.slice(0, full.lastIndexOf("."));
    const record: RecordSchema = {
      type: "record",
      name: full,
      fields: fields.map((field: Json) => this.#field(field ?? {}, namespace, depth)),
    };
    if (this.#named.has(full)) throw unreadable(`it defines "${full.slice(0, 64)}" twice`);
    this.#named.set(full, record);
    return record;
  }

  #field({ name, type }: Json, namespace: string, depth: number): FieldSchema {
    if (typeof name !== "string") throw unreadable("a field has no name");
    return { name, type: this.read(type, namespace, depth + 1) };
  }

  /** Items that take no bytes could be of any number. */
  #items({ items }: Json, namespace: string, depth: number): AvroSchema {
    const type = this.read(items, namespace, depth + 1);
    if (this.#isEmpty(type)) throw unreadable("items of an array have no bytes");
    return type;
  }

  #isEmpty(type: AvroSchema): boolean {
    if (typeof type === "string") {
      const named = this.#named.get(type);
      return type === "null" || (named !== undefined && this.#isEmpty(named));
    }
    if ("length" in type || type.type !== "record") return false;
    return type.fields.every((field) => this.#isEmpty(field.type));
  }
}

/** Of sitemon's own records alone; what has another one is found to be foreign by it. */
function fullName(name: string, namespace: string): AvroReference {
  return (name.includes(".") || namespace === "" ? name : `${namespace}.${name}`) as AvroReference;
}

function unreadable(problem: string): DecodeError {
  return new DecodeError("schema", `unknown schema: ${problem}`);
}
