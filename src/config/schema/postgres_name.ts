/** The name of a role, a database or a schema. */
import * as z from "zod";
import { quotable } from "./scalar.ts";

/** PostgreSQL silently cuts names to this many bytes (NAMEDATALEN - 1). */
const NAME_BYTES_MAX = 63;
const NAME_RULE = quotable(`is not one line of 1 to ${NAME_BYTES_MAX} bytes`);

/**
 * A name of whatever characters, which is quoted wherever it is used. libpq takes a connection string
 * for the name of a database; here its password would be shown.
 */
export const postgresName = z.string({ error: NAME_RULE }).regex(/^\P{Cc}+$/u)
  .refine((name) => new TextEncoder().encode(name).length <= NAME_BYTES_MAX, { error: NAME_RULE })
  .refine((name) => !/:\/\/|\w=/.test(name), {
    error: 'is a connection string; write it as "postgres.url"',
  });
