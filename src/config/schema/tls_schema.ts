/** The schema of TLS towards sites, Kafka and PostgreSQL: paths of PEM files, and what to verify. */
import * as z from "zod";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { path, text, word, yesOrNo } from "./scalar.ts";

/** A DNS name has at most 253 characters (RFC 1035). */
const NAME_LENGTH_MAX = 253;

const pemFiles = {
  ca: path().apply(mayBeAbsent)
    .describe("PEM file of the authorities to trust, in place of the system's."),
  cert: path().apply(mayBeAbsent).describe("PEM file of the client certificate; needs `key`."),
  key: path().apply(mayBeAbsent).describe(
    "PEM file of the client certificate's key; needs `cert`.",
  ),
};

const peerChecks = {
  server_name: text(NAME_LENGTH_MAX).apply(mayBeAbsent)
    .describe("Name to ask for and to verify, in place of the host."),
  insecure: yesOrNo().prefault(false).describe("Accepts any certificate. For tests only."),
};

const MAPPING = mustBe(
  "a mapping with ca, cert, key, server_name, insecure",
  "write such a mapping",
);

/** TLS of a site; nothing is filled in, since a site inherits key by key from `defaults`. */
export const siteTlsSchema = z.strictObject({
  ...pemFiles,
  server_name: peerChecks.server_name,
  insecure: yesOrNo().apply(mayBeAbsent)
    .describe("Accepts any certificate; not when absent. For tests only."),
}, { error: MAPPING });

/** TLS to Kafka: `true` for the system's authorities, or details. */
export const kafkaTlsSchema = z.union([
  z.boolean(),
  z.strictObject({ ...pemFiles, ...peerChecks }),
], {
  error: mustBe("true, false or a mapping with ca, cert, key, server_name, insecure", "write true"),
});

const MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
const MODE_WORDS = `one of ${MODES.join(", ")}`;

/**
 * TLS to PostgreSQL, in the words of libpq's `sslmode`. `prefer` and `allow` are left out: they fall
 * back to plain text where somebody in the middle wishes it.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export const postgresTlsSchema = z.union([
  z.enum(MODES),
  z.strictObject({
    mode: word(MODES).prefault("verify-full").describe("As the word alone."),
    ...pemFiles,
  }),
], {
  error: mustBe(
    `${MODE_WORDS}, or a mapping with mode, ca, cert, key`,
    "write verify-full where the server has a certificate",
  ),
});
