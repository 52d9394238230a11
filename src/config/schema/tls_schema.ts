/** The schemas of TLS to sites, Kafka and PostgreSQL: paths of PEM files, and what to verify. */
import * as z from "zod";
import { path, text } from "./scalar.ts";

/** A DNS name has at most 253 characters (RFC 1035). */
const NAME_LENGTH_MAX = 253;

const pemFiles = {
  ca: path().optional()
    .describe("PEM file of the certificate authorities to trust, in place of Mozilla's."),
  cert: path().optional().describe("PEM file of the client certificate; needs `key`."),
  key: path().optional().describe(
    "PEM file of the client certificate's key, unencrypted; needs `cert`.",
  ),
};

const clientSettings = {
  ...pemFiles,
  server_name: text(NAME_LENGTH_MAX).optional()
    .describe("Name for SNI and verification, in place of the host."),
};

/** TLS of a site; nothing has a default, since a site inherits key by key from `defaults`. */
export const siteTlsSchema = z.strictObject({
  ...clientSettings,
  // Deno's own sockets add them to Mozilla's, node:tls puts them in their place.
  ca: path().optional().describe(
    "PEM file of authorities to trust, beside Mozilla's; with `ip_version`, a client certificate, " +
      "tcp or tls, in their place.",
  ),
  insecure: z.boolean().optional()
    .describe("Accepts any certificate; false when absent. For tests only."),
});

/** TLS to Kafka: `true` for Mozilla's authorities, or details. */
export const kafkaTlsSchema = z.union([
  z.boolean(),
  z.strictObject({
    ...clientSettings,
    insecure: z.boolean().prefault(false).describe("Accepts any certificate. For tests only."),
  }),
], { error: "is not true, false or a mapping with ca, cert, key, server_name, insecure" });

/** TLS to a schema registry, whose URL says whether there is TLS. */
export const registryTlsSchema = z.strictObject({
  ...pemFiles,
  // Deno's own client adds them.
  ca: path().optional()
    .describe("PEM file of certificate authorities to trust, beside Mozilla's."),
});

const modeSchema = z.enum(["disable", "require", "verify-ca", "verify-full"]);

/**
 * TLS to PostgreSQL, in the words of libpq's `sslmode`. `prefer` and `allow` are left out: an
 * attacker in the middle makes them fall back to plain text.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export const postgresTlsSchema = z.union([
  modeSchema,
  z.strictObject({
    mode: modeSchema.prefault("verify-full").describe("Same as the single word."),
    ...pemFiles,
  }),
]);
