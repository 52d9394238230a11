/** A key of the schema that a file may leave out. */
import type * as z from "zod";

/**
 * The schema of a key that may be absent, and that is not empty when it is there.
 *
 * zod tries the value of a key that is absent too, and drops what it finds wrong with it. Within,
 * `optional()` answers that there is none before anything is tried: most keys of most sites are
 * absent, and in their issues went two thirds of the time that a site took.
 */
export function mayBeAbsent<S extends z.ZodType>(schema: S): z.ZodExactOptional<S> {
  // No file has the `undefined` that the type would hold.
  return schema.optional().exactOptional() as unknown as z.ZodExactOptional<S>;
}
