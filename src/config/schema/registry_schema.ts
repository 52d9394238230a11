/** The schema of `kafka.registry`: where the schemas of the topic are kept, and under which names. */
import * as z from "zod";
import { duration } from "./duration_and_size.ts";
import { type HostPort, parseHost } from "./host_port.ts";
import { type Exact, password } from "./scalar.ts";
import { registryTlsSchema } from "./tls_schema.ts";

/** Replicas of one registry; more help nobody. */
const URLS_MAX = 8;
const URL_LENGTH_MAX = 2_048;
/** Within 100 ms a registry across an ocean never answers; a start does not wait for a minute. */
const TIMEOUT = { minMs: 100, maxMs: 60_000 };
/** RFC 7617 separates name and password by the first colon. */
const USERNAME = /^[^\p{Cc}:]{1,256}$/u;
/** The characters of RFC 6750, of which long tokens of services have some thousands. */
const BEARER = /^[\x21-\x7e]{1,8192}$/;

function registryUrl() {
  return z.string({
    error: "is not the http or https URL of a registry, without credentials and query",
  }).max(URL_LENGTH_MAX).refine(isRegistryUrl);
}

/** Refuses whatever could hold a secret: credentials have keys of their own. */
function isRegistryUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}

export const registrySchema = z.strictObject({
  url: registryUrl().optional().describe(
    "Registry that speaks Confluent's API, such as `https://registry:8081`; of Apicurio with `/apis/ccompat/v7`.",
  ),
  urls: z.array(registryUrl(), {
    error: `is not a list of 1 to ${URLS_MAX} URLs`,
  }).min(1).max(URLS_MAX).optional()
    .describe("Replicas of one registry, in place of `url`; they are tried in turn."),
  basic_auth: z.strictObject({
    username: z.string({ error: "is not one line of text without a colon" }).regex(USERNAME)
      .describe("User name."),
    password: password(),
  }).optional().describe("Login with user name and password."),
  bearer: z.string({ error: "is not a token of visible ASCII characters" }).regex(BEARER)
    .optional().describe(
      "Bearer token, instead of `basic_auth`; better `${NAME}` or `${file:PATH}`.",
    ),
  tls: registryTlsSchema.optional().describe("TLS to https URLs."),
  subject: z.enum(["topic_name", "record_name", "topic_record_name"]).prefault("topic_name")
    .describe(
      "Subject of the reports: `TOPIC-value`, `sitemon.SiteReport` or `TOPIC-sitemon.SiteReport`. That of gaps, which share the topic, is `sitemon.Gap`, with `topic_record_name` `TOPIC-sitemon.Gap`.",
    ),
  header: z.boolean().prefault(false).describe(
    "Puts the schema's ID into the header `__value_schema_id` instead of in front of the value.",
  ),
  auto_register: z.boolean().prefault(true).describe(
    "Registers the schemas at the first start; with `false`, `sitemon schema register` has to, and the producer only looks them up.",
  ),
  timeout: duration(TIMEOUT).prefault("5s").describe("Timeout of each request."),
}, { error: ({ code }) => code === "unrecognized_keys" ? undefined : "is not a mapping with url" });

export type RegistryConfig = Exact<z.output<typeof registrySchema>>;

/** Without a slash at their ends, so that paths can follow. */
export function registryUrls({ url, urls }: RegistryConfig): string[] {
  return (urls ?? (url === undefined ? [] : [url])).map((each) => each.replace(/\/$/, ""));
}

/** Where its requests go. */
export function registryHosts(registry: RegistryConfig): HostPort[] {
  return registryUrls(registry).map((url) => {
    const { hostname, port, protocol } = new URL(url);
    const ownPort = protocol === "https:" ? 443 : 80;
    return { ...parseHost(hostname)!, port: port === "" ? ownPort : Number(port) };
  });
}
