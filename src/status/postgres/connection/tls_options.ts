/** The TLS modes of the configuration in the words of node:tls. */
import type { ConnectionOptions } from "node:tls";
import type { PostgresTls } from "./postgres_options.ts";

/**
 * What `pg` hands to `tls.connect`; `false` is plain text.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function tlsOptions({ mode, ca, cert, key }: PostgresTls): ConnectionOptions | false {
  if (mode === "disable") return false;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: mode !== "require",
    ...(mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}
