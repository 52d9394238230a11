/** The schema of `web`: where the status page is served, what it is called, and who may see it. */
import * as z from "zod";
import { hostPort } from "./host_port.ts";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { matching, text } from "./scalar.ts";

/** A page's heading; more does not fit on a line. */
const TITLE_LENGTH_MAX = 100;
const PASSWORD_LENGTH_MAX = 1_024;
/** RFC 7617 parts name and password by the first colon. */
const USERNAME = /^[^\p{Cc}:]{1,256}$/u;

const basicAuthSchema = z.strictObject({
  username: matching(USERNAME, "1 to 256 characters without a colon").describe(
    "Name to log in with.",
  ),
  password: text(PASSWORD_LENGTH_MAX).describe("Its password; better `${NAME}` or `${file:PATH}`."),
}, { error: mustBe("a mapping with username, password", "write such a mapping") });

const mappingSchema = z.strictObject({
  listen: hostPort({ portMin: 0 }).prefault("127.0.0.1:8080")
    .describe("Address of the page and the API; port 0 takes any free one."),
  title: text(TITLE_LENGTH_MAX).prefault("Status").describe("What the page is called."),
  basic_auth: basicAuthSchema.apply(mayBeAbsent)
    .describe("Who may see the page and use the API; everybody who reaches it when absent."),
});

export const webSchema = z.union([z.literal(false), mappingSchema], {
  error: mustBe("false or a mapping with listen, title, basic_auth", "write such a mapping"),
});

/** Where and how the status page is served. */
export type WebConfig = z.output<typeof mappingSchema>;

/** That of a file that does not mention it. */
export function defaultWeb(): WebConfig {
  return mappingSchema.parse({});
}
